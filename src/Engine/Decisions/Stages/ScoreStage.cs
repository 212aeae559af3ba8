using Personalization.Engine.Decisions.Policies;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Scores, and the worth that arbitration weighs them with: predicted reward × value × lever.</summary>
internal static class ScoreStage
{
    public static void Run(DecisionQuestion question, ReadOnlySpan<double> features, Candidates candidates)
    {
        var actions = candidates.Actions;
        var keys = candidates.Keys;
        var groups = candidates.Groups;
        var worth = candidates.Worth;
        for (var i = 0; i < actions.Length; i++) (keys[i], groups[i], worth[i]) = (actions[i].Hash, actions[i].GroupHash, actions[i].Worth);

        var own = question.Profile.Decisions?.Own.GetValueOrDefault(question.Slot.Name);
        question.Slot.Policy.Believe(question.Model, own, Of(candidates, features), candidates.Means, candidates.Deviations);
    }

    /// <summary>The candidates as policies see them.</summary>
    public static ActionCandidates Of(Candidates candidates, ReadOnlySpan<double> features) =>
        new(candidates.Keys, features, features.Length, candidates.Groups, candidates.Worth);
}
