using System.Numerics.Tensors;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits.Policies;

/// <summary>Thompson sampling with exact propensities.</summary>
/// <remarks>
/// <para>
/// Sources: W. R. Thompson, "On the likelihood that one unknown probability exceeds another in view of the evidence of two samples" (1933); S. Agrawal, N. Goyal, "Thompson sampling for contextual bandits with
/// linear payoffs" (ICML 2013), regret Õ(d^{3/2}√T); O. Chapelle, L. Li, "An empirical evaluation of Thompson sampling" (NIPS 2011) for the logistic case.
/// </para>
/// <para>
/// Pure Thompson sampling plays the winner of one posterior draw, and the probability of that has no closed form. Here instead <see cref="Draws"/> posterior draws are taken over a shortlist of the
/// <see cref="Shortlist"/> most promising actions, f is the share of draws that each action wins, π = (1−ε)f + ε/K over all eligible actions, and the action is drawn from π. What is stored is thus exactly
/// what was drawn from. f is itself random (its standard error at .5 is .09); averaged over it the choice is Thompson sampling on the shortlist.
/// </para>
/// <para>The shortlist is by worth · reward at one posterior deviation above the mean, so that the little-known is on it. Cost: O(K·(score + variance) + 32·(sample + 20·d)).</para>
/// </remarks>
public static class ThompsonSampling
{
    /// <summary>Posterior draws a choice.</summary>
    public const int Draws = 32;

    /// <summary>The most actions that take part in the draws.</summary>
    public const int Shortlist = 20;

    /// <summary>Writes π for a posterior of any kind, a customer's combined one on the stack included.</summary>
    /// <param name="posterior">What is believed.</param>
    /// <param name="actions">The eligible actions.</param>
    /// <param name="scale">What posterior deviations are multiplied by; 1 is the posterior itself, more explores more (the v of Agrawal and Goyal).</param>
    /// <param name="epsilon">ε in [0, 1].</param>
    /// <param name="random">Drawn from: <see cref="Draws"/> samples, and one number for each tie.</param>
    /// <param name="probabilities">Takes π.</param>
    public static void Distribute<TPosterior>(
        TPosterior posterior, in ActionSet actions, double scale, double epsilon, ref Xoshiro256 random, Span<double> probabilities)
        where TPosterior : IRewardPosterior, allows ref struct
    {
        Span<int> shortlist = stackalloc int[Shortlist];
        var listed = Promising(posterior, actions, scale, shortlist);
        Span<int> wins = stackalloc int[Shortlist];
        wins.Clear();
        Span<double> coefficients = stackalloc double[posterior.Dimension];
        for (var draw = 0; draw < Draws; draw++)
        {
            posterior.Sample(ref random, scale, coefficients);
            wins[Winner(posterior, actions, shortlist[..listed], coefficients, ref random)]++;
        }

        var pi = probabilities[..actions.Count];
        pi.Fill(epsilon / actions.Count);
        for (var i = 0; i < listed; i++) pi[shortlist[i]] += (1 - epsilon) * ((double)wins[i] / Draws);
    }

    private static int Winner<TPosterior>(
        TPosterior posterior, in ActionSet actions, ReadOnlySpan<int> shortlist, ReadOnlySpan<double> coefficients, ref Xoshiro256 random)
        where TPosterior : IRewardPosterior, allows ref struct
    {
        var winner = 0;
        var best = double.NegativeInfinity;
        var ties = 1;
        for (var i = 0; i < shortlist.Length; i++)
        {
            var score = actions.Worth(shortlist[i]) * posterior.Reward(TensorPrimitives.Dot(actions.Features(shortlist[i]), coefficients));
            if (score > best)
            {
                (winner, best, ties) = (i, score, 1);
            }
            else if (score == best && random.NextInt32(++ties) == 0)
            {
                // Equal features tie in every draw: without lots the first of them would take all.
                winner = i;
            }
        }

        return winner;
    }

    /// <summary>The positions of the highest optimistic scores; all of them where they fit.</summary>
    private static int Promising<TPosterior>(TPosterior posterior, in ActionSet actions, double scale, Span<int> shortlist)
        where TPosterior : IRewardPosterior, allows ref struct
    {
        if (actions.Count <= Shortlist)
        {
            for (var i = 0; i < actions.Count; i++) shortlist[i] = i;
            return actions.Count;
        }

        Span<double> kept = stackalloc double[Shortlist];
        var count = 0;
        for (var i = 0; i < actions.Count; i++)
        {
            var x = actions.Features(i);
            var score = actions.Worth(i) * posterior.Reward(posterior.Score(x) + scale * Math.Sqrt(posterior.ScoreVariance(x)));
            if (count == Shortlist && !(score > kept[count - 1])) continue;
            var at = count == Shortlist ? count - 1 : count++;
            for (; at > 0 && kept[at - 1] < score; at--) (kept[at], shortlist[at]) = (kept[at - 1], shortlist[at - 1]);
            (kept[at], shortlist[at]) = (score, i);
        }

        return count;
    }
}
