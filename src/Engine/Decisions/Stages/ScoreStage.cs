using Personalization.Engine.Decisions.Policies;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Scores, and the worth that arbitration weighs them with: predicted reward × value × lever.</summary>
internal static class ScoreStage
{
    public static void Run(DecisionQuestion question, ReadOnlySpan<double> features, Candidates candidates)
    {
        var tenant = question.Profile.Tenant;
        for (var i = 0; i < candidates.Count; i++)
        {
            var action = candidates.Actions[i];
            candidates.Keys[i] = action.Hash;
            candidates.Groups[i] = action.Definition.Group is { } group ? GroupOf(tenant, group) : 0;
            candidates.Worth[i] = action.Definition.Value * action.Definition.Lever;
        }

        var own = question.Profile.Decisions?.Own.GetValueOrDefault(question.Slot.Name);
        question.Slot.Policy.Believe(question.Model, own, Of(candidates, features), candidates.Means, candidates.Deviations);
    }

    /// <summary>The candidates as policies see them.</summary>
    public static ActionCandidates Of(Candidates candidates, ReadOnlySpan<double> features) =>
        new(candidates.Keys, features, features.Length, candidates.Groups, candidates.Worth);

    private static ulong GroupOf(string tenant, string group) => KeyHash.Name(tenant, $"group:{group}");
}
