using Personalization.Algorithms.Bandits.Posteriors;

namespace Personalization.Algorithms.Bandits.Policies;

/// <summary>The scores that the policies without sampling explore around.</summary>
internal static class GreedyScores
{
    /// <summary>worth · E[reward] of every action, from the posterior mean.</summary>
    public static void Expected(IRewardPosterior posterior, in ActionSet actions, Span<double> scores)
    {
        for (var i = 0; i < actions.Count; i++) scores[i] = actions.Worth(i) * posterior.Reward(posterior.Score(actions.Features(i)));
    }

    /// <summary>worth · reward at the score's mean plus <paramref name="deviations"/> of its standard deviations.</summary>
    public static void Optimistic(IRewardPosterior posterior, in ActionSet actions, double deviations, Span<double> scores)
    {
        for (var i = 0; i < actions.Count; i++)
        {
            var x = actions.Features(i);
            scores[i] = actions.Worth(i) * posterior.Reward(posterior.Score(x) + deviations * Math.Sqrt(posterior.ScoreVariance(x)));
        }
    }
}
