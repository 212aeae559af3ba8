using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Numerics;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Exploration: π is written down, then the place is drawn from it and from nothing else.</summary>
internal static class DrawStage
{
    /// <summary>Draws one place; answers the candidate's index and its propensity.</summary>
    public static (int Index, double Propensity) Run(DecisionQuestion question, ReadOnlySpan<double> features, Candidates candidates, ref Xoshiro256 random)
    {
        var probabilities = candidates.Probabilities;
        question.Slot.Policy.Distribute(question.Model, ScoreStage.Of(candidates, features), candidates.Means, candidates.Deviations, ref random, probabilities);
        var index = Exploration.Draw(probabilities, ref random);
        return (index, probabilities[index]);
    }
}
