using Personalization.Decisions;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Features;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Scores, and the worth that arbitration weighs them with: predicted reward × value × lever. What cannot be scored leaves, so that it never takes the others along.</summary>
internal static class ScoreStage
{
    /// <summary>Scores the candidates; answers those that left, and why.</summary>
    public static UnscoredCandidate[] Run(DecisionQuestion question, ReadOnlySpan<double> features, Candidates candidates)
    {
        var actions = candidates.Actions;
        var keys = candidates.Keys;
        var groups = candidates.Groups;
        var worth = candidates.Worth;
        for (var i = 0; i < actions.Length; i++) (keys[i], groups[i], worth[i]) = (actions[i].Hash, actions[i].GroupHash, actions[i].Worth);

        List<UnscoredCandidate>? unscored = null;
        // What an older release took, or a product of factors that each were in bounds.
        for (var i = candidates.Count - 1; i >= 0; i--)
        {
            if (!(candidates.Worth[i] > 0 && double.IsFinite(candidates.Worth[i]))) Leave(candidates, i, "its value × lever is no number above 0", ref unscored);
        }

        if (candidates.Count == 0) return Told(unscored);
        var own = new FeatureView(question.Profile).For(FeaturePurpose.Personalization).Decisions?.OwnIn(question.Slot.Model);
        question.Slot.Policy.Believe(question.Model, own, Of(candidates, features), candidates.Means, candidates.Deviations);
        for (var i = candidates.Count - 1; i >= 0; i--)
        {
            if (!double.IsFinite(candidates.Means[i]) || !double.IsFinite(candidates.Deviations[i])) Leave(candidates, i, "its model gives no finite score here", ref unscored);
        }

        return Told(unscored);
    }

    private static void Leave(Candidates candidates, int index, string reason, ref List<UnscoredCandidate>? unscored)
    {
        unscored ??= [];
        if (unscored.Count < DecisionMade.MaxUnscored) unscored.Add(new UnscoredCandidate(candidates.Actions[index].Definition.ActionId, reason));
        candidates.RemoveAt(index);
    }

    private static UnscoredCandidate[] Told(List<UnscoredCandidate>? unscored) => unscored is null ? [] : [.. unscored];

    /// <summary>The candidates as policies see them.</summary>
    public static ActionCandidates Of(Candidates candidates, ReadOnlySpan<double> features) =>
        new(candidates.Keys, features, features.Length, candidates.Groups, candidates.Worth);
}
