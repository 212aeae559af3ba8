using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>
/// Why: what the chosen action's score is the sum of. The score is linear in x, and x is the sum of what each feature puts there, so a feature's part is the score of
/// what it puts there alone; two values of the context that were hashed to one place are told apart. Parts: the base rate, the features that add most, all others in one, the customer's own.
/// </summary>
internal static class ExplanationStage
{
    private const int Most = 4;
    private const double Least = 1e-4;

    /// <summary>Below it a remainder is the rounding of x to 32 bits.</summary>
    private const double LeastRest = 1e-6;

    public static DecisionFactor[] Run(DecisionQuestion question, LibraryAction action, ReadOnlySpan<double> features, double scale, double shared, double mean)
    {
        var posterior = question.Model.Posterior(action.Hash);
        Span<double> part = stackalloc double[features.Length];
        part.Clear();
        Span<double> contributions = stackalloc double[Most];
        Span<int> sources = stackalloc int[Most];
        var count = 0;
        for (var i = 1; i < FeatureLayout.ProfileFeatures; i++)
        {
            if (features[i] == 0) continue;
            part[i] = features[i];
            Rank(posterior.Score(part), i, contributions, sources, ref count);
            part[i] = 0;
        }

        var source = FeatureLayout.ProfileFeatures;
        foreach (var (name, value) in question.Request.Context)
        {
            if (question.Slot.Features.Add(name, value, part)) Rank(scale * posterior.Score(part), source, contributions, sources, ref count);
            part.Clear();
            source++;
        }

        // Behind the context's values: the slot, where it is one of them.
        if (question.Slot.NameInFeatures is { } slot && !question.Request.Context.ContainsKey(FeatureLayout.SlotName))
        {
            if (question.Slot.Features.Add(FeatureLayout.SlotName, ContextValue.Of(slot), part)) Rank(scale * posterior.Score(part), source, contributions, sources, ref count);
            part.Clear();
        }

        part[0] = features[0];
        var baseRate = posterior.Score(part);
        var rest = shared - baseRate;
        for (var i = 0; i < count; i++) rest -= contributions[i];
        var hasRest = Math.Abs(rest) >= LeastRest;
        var hasOwn = Math.Abs(mean - shared) >= LeastRest;
        var factors = new DecisionFactor[1 + count + (hasRest ? 1 : 0) + (hasOwn ? 1 : 0)];
        factors[0] = new DecisionFactor(DecisionWords.BaseRate, baseRate);
        for (var i = 0; i < count; i++) factors[1 + i] = new DecisionFactor(NameOf(question, sources[i]), contributions[i]);
        if (hasRest) factors[1 + count] = new DecisionFactor(DecisionWords.Other, rest);
        if (hasOwn) factors[^1] = new DecisionFactor(DecisionWords.Own, mean - shared);
        return factors;
    }

    /// <summary>Keeps the largest by magnitude, largest first; the first of equal ones.</summary>
    private static void Rank(double contribution, int source, Span<double> contributions, Span<int> sources, ref int count)
    {
        var size = Math.Abs(contribution);
        if (size < Least || (count == Most && size <= Math.Abs(contributions[count - 1]))) return;
        var place = count == Most ? count - 1 : count++;
        for (; place > 0 && Math.Abs(contributions[place - 1]) < size; place--) (contributions[place], sources[place]) = (contributions[place - 1], sources[place - 1]);
        (contributions[place], sources[place]) = (contribution, source);
    }

    private static string NameOf(DecisionQuestion question, int source)
    {
        if (source < FeatureLayout.ProfileFeatures) return FeatureLayout.NameOf(source);
        foreach (var (name, value) in question.Request.Context)
        {
            if (source-- == FeatureLayout.ProfileFeatures) return question.Slot.Features.FactorOf(name, value);
        }

        return question.Slot.Features.FactorOf(FeatureLayout.SlotName, ContextValue.Of(question.Slot.Name));
    }
}
