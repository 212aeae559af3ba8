using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Numerics;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Exploration: π is written down, then the place is drawn from it and from nothing else.</summary>
internal static class DrawStage
{
    /// <summary>Draws one place; answers the candidate's index, its propensity, and the number that it was drawn with.</summary>
    public static (int Index, double Propensity, double Draw) Run(DecisionQuestion question, ReadOnlySpan<double> features, Candidates candidates, ref Xoshiro256 random)
    {
        var probabilities = candidates.Probabilities;
        question.Slot.Policy.Distribute(question.Model, ScoreStage.Of(candidates, features), candidates.Means, candidates.Deviations, ref random, probabilities);
        var before = random;
        var index = Exploration.Draw(probabilities, ref random);
        return (index, probabilities[index], before.NextDouble());
    }
}
