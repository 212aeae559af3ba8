using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Numerics;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Decisions.Ledger;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Decisions.Stages;
using Personalization.Engine.Profiles;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions;

/// <summary>
/// The next best action: candidates → eligibility → caps → features → scores → arbitration → exploration → diversity → reservation, one stage a type.
/// Pure: the same question has the same answer, to the bit.
/// </summary>
/// <remarks>
/// Cost at K candidates and d features: O(K·d²) for the posteriors' variances, 32 draws over a shortlist of at most 20, and the record's K rows of 32 bytes.
/// </remarks>
/// <param name="settings">The settings that profiles are folded with.</param>
public sealed class DecisionPipeline(FoldSettings settings)
{
    private const int LongestOnStack = 256;

    /// <summary>Decides. A record without choices: nothing was eligible.</summary>
    public DecisionMade Decide(DecisionQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var slot = question.Slot;
        var dimension = slot.Features.Dimension;
        Span<double> features = dimension <= LongestOnStack ? stackalloc double[LongestOnStack] : new double[dimension];
        features = features[..dimension];

        var candidates = Candidates.OfThread();
        CandidateStage.Run(question, candidates);
        var context = new EligibilityContext(question.Profile, question.At, question.Request.Context, settings);
        EligibilityStage.Run(context, candidates);
        CapStage.Run(question, candidates);
        var made = new DecisionMade
        {
            Kind = DecisionKind.NextBestAction,
            Slot = slot.Name,
            Policy = NameOf(slot.Policy.Options.Kind),
            ModelVersion = question.Model.Version,
            Seed = question.Seed,
            WindowMs = slot.WindowMs,
            DefaultReward = slot.DefaultReward,
            Rewards = slot.Rewards,
            CountsExposures = slot.CountsExposures,
            Learns = question.Learns,
            LearnsAtClose = slot.LearnsAtClose,
            IdempotencyKey = OpenDecisions.KeyOf(DecisionKind.NextBestAction, slot.Name, question.Request.IdempotencyKey),
            Eligible = candidates.Count,
        };
        if (candidates.Count == 0) return made;

        slot.Features.Fill(context, question.Request.Context, features);
        ScoreStage.Run(question, features, candidates);
        return Choose(question, candidates, features) is var (choices, rows, charges)
            ? made with { Features = features.ToArray(), Candidates = rows, Choices = choices, Caps = charges, Explored = IsStochastic(slot.Policy.Options) }
            : made;
    }

    private static (DecisionChoice[] Choices, DecisionCandidate[] Rows, CapCharge[] Charges) Choose(DecisionQuestion question, Candidates candidates, ReadOnlySpan<double> features)
    {
        var model = question.Model;
        var random = DecisionRandom.For(question.Seed, KeyHash.Hash64(question.Profile.Customer.Text), question.Decision);
        var wanted = Math.Min(question.Request.N, candidates.Count);
        var choices = new List<DecisionChoice>(wanted);
        var charges = new List<CapCharge>();
        DecisionCandidate[] rows = [];
        while (true)
        {
            var (index, propensity) = DrawStage.Run(question, features, candidates, ref random);
            if (choices.Count == 0) rows = Rows(model, candidates);
            var action = candidates.Actions[index];
            var group = candidates.Groups[index];
            choices.Add(new DecisionChoice
            {
                Id = action.Definition.ActionId,
                Propensity = propensity,
                Score = model.Reward(candidates.Means[index]),
                Weight = candidates.Worth[index],
                SharedScore = model.Score(action.Hash, features),
                Group = group,
                Reasons = ExplanationStage.Run(question, action, features, candidates.Means[index]),
            });
            ReservationStage.Run(action, charges);
            candidates.RemoveAt(index);
            if (choices.Count == wanted) break;
            DiversityStage.AfterChoice(group, candidates);
            // After diversity, which may bring back what was set aside before these charges.
            CapStage.AfterChoice(question, candidates, charges);
            if (candidates.Count > 0) continue;
            candidates.TakeBack();
            CapStage.AfterChoice(question, candidates, charges);
            if (candidates.Count == 0) break;
        }

        return ([.. choices], rows, [.. charges]);
    }

    /// <summary>The record's rows, likeliest first; equal ones in the library's order.</summary>
    private static DecisionCandidate[] Rows(ActionModel model, Candidates candidates)
    {
        var rows = new DecisionCandidate[candidates.Count];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = new DecisionCandidate(candidates.Actions[i].Definition.ActionId, model.Reward(candidates.Means[i]), candidates.Worth[i], candidates.Probabilities[i]);
        rows.AsSpan().Sort((a, b) => a.Propensity != b.Propensity ? b.Propensity.CompareTo(a.Propensity) : string.CompareOrdinal(a.Id, b.Id));
        return rows.Length <= DecisionMade.MaxCandidates ? rows : rows[..DecisionMade.MaxCandidates];
    }

    /// <summary>Whether every candidate can be drawn, so that estimators may use the propensities.</summary>
    private static bool IsStochastic(PolicyOptions options) => options.Kind == PolicyKind.Uniform || options.Epsilon > 0;

    /// <summary>A policy's name in records and answers.</summary>
    public static string NameOf(PolicyKind kind) => kind switch
    {
        PolicyKind.LinearThompsonSampling => "linearThompsonSampling",
        PolicyKind.LogisticThompsonSampling => "logisticThompsonSampling",
        PolicyKind.SquareCb => "squareCb",
        PolicyKind.EpsilonGreedy => "epsilonGreedy",
        PolicyKind.Uniform => "uniform",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a policy"),
    };
}
