using System.Globalization;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>
/// Why: what each feature adds to the chosen action's score. The score is linear in x, so a feature's part is the score with it less the score
/// without it, and the parts sum up to the score.
/// </summary>
internal static class ExplanationStage
{
    private const int Most = 4;
    private const double Least = 1e-4;

    public static DecisionReason[] Run(DecisionQuestion question, LibraryAction action, ReadOnlySpan<double> features, double mean)
    {
        var model = question.Model;
        var shared = model.Score(action.Hash, features);
        Span<double> without = stackalloc double[features.Length];
        var reasons = new List<DecisionReason>(Most + 2);
        for (var i = 1; i < FeatureLayout.ProfileFeatures; i++)
        {
            if (features[i] == 0) continue;
            features.CopyTo(without);
            without[i] = 0;
            Add(reasons, FeatureLayout.NameOf(i), shared - model.Score(action.Hash, without));
        }

        Span<int> places = stackalloc int[2];
        foreach (var (name, value) in question.Request.Context)
        {
            var count = question.Slot.Features.PlacesOf(name, value, places);
            if (count == 0) continue;
            features.CopyTo(without);
            foreach (var place in places[..count]) without[place] = 0;
            Add(reasons, "context." + FeatureLayout.FeatureOf(name, value), shared - model.Score(action.Hash, without));
        }

        reasons.Sort((a, b) => Math.Abs(b.Contribution).CompareTo(Math.Abs(a.Contribution)));
        if (reasons.Count > Most) reasons.RemoveRange(Most, reasons.Count - Most);
        Add(reasons, "own", mean - shared);
        var (decisions, rewards) = model.Counts(action.Hash);
        reasons.Insert(0, new DecisionReason("experience", 0, decisions == 0
            ? "nobody was offered it here yet"
            : string.Create(CultureInfo.InvariantCulture, $"chosen {decisions} times here before; {rewards} of them are resolved")));
        return [.. reasons];
    }

    private static void Add(List<DecisionReason> reasons, string factor, double contribution)
    {
        if (Math.Abs(contribution) < Least) return;
        var text = factor == "own"
            ? $"this customer's own answers {Direction(contribution)} the score by {Amount(contribution)}"
            : $"{factor} {Direction(contribution)} the score by {Amount(contribution)}";
        reasons.Add(new DecisionReason(factor, contribution, text));
    }

    private static string Direction(double contribution) => contribution > 0 ? "raises" : "lowers";

    private static string Amount(double contribution) => Math.Abs(contribution).ToString("0.####", CultureInfo.InvariantCulture);
}
