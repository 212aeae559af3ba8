using Personalization.Decisions;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Features;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Scores, and the worth that arbitration weighs them with: predicted reward × value × lever. What cannot be scored leaves, so that it never takes the others along.</summary>
internal static class ScoreStage
{
    private const string NoScore = "its model gives no finite score here";

    /// <summary>Scores the candidates; answers those that left, and why.</summary>
    public static UnscoredCandidate[] Run(DecisionQuestion question, ReadOnlySpan<double> features, Candidates candidates)
    {
        var actions = candidates.Actions;
        var keys = candidates.Keys;
        var groups = candidates.Groups;
        var worth = candidates.Worth;
        for (var i = 0; i < actions.Length; i++) (keys[i], groups[i], worth[i]) = (actions[i].Hash, actions[i].GroupHash, actions[i].Worth);

        var own = new FeatureView(question.Profile).For(FeaturePurpose.Personalization).Decisions?.OwnIn(question.Slot.Model);
        question.Slot.Policy.Believe(question.Model, own, Of(candidates, features), candidates.Means, candidates.Deviations);
        List<UnscoredCandidate>? unscored = null;
        for (var i = candidates.Count - 1; i >= 0; i--)
        {
            if (double.IsFinite(candidates.Means[i]) && double.IsFinite(candidates.Deviations[i])) continue;
            unscored ??= [];
            if (unscored.Count < DecisionMade.MaxUnscored) unscored.Add(new UnscoredCandidate(candidates.Actions[i].Definition.ActionId, NoScore));
            candidates.RemoveAt(i);
        }

        return unscored is null ? [] : [.. unscored];
    }

    /// <summary>The candidates as policies see them.</summary>
    public static ActionCandidates Of(Candidates candidates, ReadOnlySpan<double> features) =>
        new(candidates.Keys, features, features.Length, candidates.Groups, candidates.Worth);
}
