using Personalization.Algorithms.Bandits;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Decisions.Ledger;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Decisions.Stages;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions;

/// <summary>
/// The next best action: candidates → eligibility → caps → features → scores → arbitration → exploration → diversity → reservation, one stage a type.
/// Pure: the same question has the same answer, to the bit.
/// </summary>
/// <remarks>
/// Cost at K candidates and d features: O(K·d²) multiplications in one pass for the posteriors' variances, 32 draws over a shortlist of at most 20. It allocates the record and nothing else:
/// at d = 32 under a kilobyte and some ten bytes a candidate on record (docs/performance.md).
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
        byte[] rows = [];
        DecisionChoice[] choices = [];
        UnscoredCandidate[] unscored = [];
        var scale = 1d;
        if (candidates.Count > 0)
        {
            scale = slot.Features.Fill(question.Profile, question.At, settings, question.Request.Context, slot.NameInFeatures, features);
            unscored = ScoreStage.Run(question, features, candidates);
        }

        var eligible = candidates.Count;
        if (eligible > 0) choices = Choose(question, candidates, features, scale, out rows);

        return new DecisionMade
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
            Learns = question.Learns && Teaches(question, eligible),
            LearnsFromExposures = slot.LearnsFromExposures,
            SharesModel = !slot.IsConfigured,
            Unscored = unscored,
            LearnsAtClose = slot.LearnsAtClose,
            IdempotencyKey = OpenDecisions.KeyOf(DecisionKind.NextBestAction, slot.Name, question.Request.IdempotencyKey),
            Eligible = eligible,
            Explored = eligible > 0 && IsStochastic(slot.Policy.Options),
            Features = eligible > 0 ? features.ToArray() : [],
            PackedCandidates = rows,
            Choices = choices,
            Caps = candidates.Charges.Count > 0 ? [.. candidates.Charges] : [],
        };
    }

    /// <summary>
    /// Whether models may learn from it: not from who refuses personalization, and not where the caller's own list left one action, which says nothing of what the others
    /// would have brought and lets whoever asks make any action the loser.
    /// </summary>
    private static bool Teaches(DecisionQuestion question, int eligible) =>
        !(question.Request.Actions is not null && eligible == 1) && !new FeatureView(question.Profile).Refuses(FeaturePurpose.Personalization);

    private static DecisionChoice[] Choose(DecisionQuestion question, Candidates candidates, ReadOnlySpan<double> features, double scale, out byte[] rows)
    {
        var random = DecisionRandom.For(question.Seed, KeyHash.Hash64(question.Profile.Customer.Text), question.Decision);
        var choices = new DecisionChoice[Math.Clamp(question.Request.N, 1, candidates.Count)];
        var charges = candidates.Charges;
        rows = [];
        for (var place = 0; ;)
        {
            var (index, propensity, draw) = DrawStage.Run(question, features, candidates, ref random);
            if (place == 0) rows = RecordStage.Pack(question.Model, candidates);
            choices[place] = RecordStage.Choice(question, candidates, index, features, scale, propensity, draw);
            var group = candidates.Groups[index];
            ReservationStage.Run(candidates.Actions[index], charges);
            candidates.RemoveAt(index);
            if (++place == choices.Length) return choices;
            DiversityStage.AfterChoice(group, candidates);
            // After diversity, which may bring back what was set aside before these charges.
            CapStage.AfterChoice(question, candidates, charges);
            if (candidates.Count > 0) continue;
            candidates.TakeBack();
            CapStage.AfterChoice(question, candidates, charges);
            if (candidates.Count == 0) return choices[..place];
        }
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
