using System.Numerics.Tensors;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Learning;
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

    /// <summary>What is believed of K actions: only this differs between one posterior over all of them and one for each.</summary>
    private interface IBeliefs
    {
        int Count { get; }

        /// <summary>Worth · reward at one deviation above the mean.</summary>
        double Optimistic(int position);

        /// <summary>One draw of worth · reward for every listed position.</summary>
        void Draw(ref Xoshiro256 random, scoped ReadOnlySpan<int> shortlist, scoped Span<double> drawn);
    }

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
        Span<double> coefficients = stackalloc double[posterior.Dimension];
        var beliefs = new JointBeliefs<TPosterior>(posterior, actions, scale, coefficients);
        Distribute(ref beliefs, epsilon, ref random, probabilities);
    }

    /// <summary>Writes π for actions whose scores are believed independently of each other, such as actions with a posterior each.</summary>
    /// <remarks>
    /// A draw of θₐ matters only through the score x·θₐ, which is normal with mean x·E[θₐ] and variance xᵀCov[θₐ]x: drawing the score itself is the same as drawing θₐ, at one number an action instead of d.
    /// Cost: O(K + 32·20).
    /// </remarks>
    /// <param name="means">The mean of each action's score.</param>
    /// <param name="deviations">The standard deviation of each action's score, ≥ 0, any scale included.</param>
    /// <param name="worth">Empty, or what each reward is worth, &gt; 0.</param>
    /// <param name="link">What turns a score into an expected reward.</param>
    /// <param name="epsilon">ε in [0, 1].</param>
    /// <param name="random">Drawn from: <see cref="Draws"/> normal numbers for each of the shortlist, and one number for each tie.</param>
    /// <param name="probabilities">Takes π.</param>
    /// <exception cref="ArgumentException">There is no action, or the lengths differ.</exception>
    public static void Distribute(
        ReadOnlySpan<double> means, ReadOnlySpan<double> deviations, ReadOnlySpan<double> worth, RewardLink link, double epsilon, ref Xoshiro256 random,
        Span<double> probabilities)
    {
        if (means.IsEmpty || deviations.Length != means.Length) throw new ArgumentException("Every action has a mean and a deviation.", nameof(deviations));
        if (!worth.IsEmpty && worth.Length != means.Length) throw new ArgumentException("Worth is empty or one number an action.", nameof(worth));
        var beliefs = new IndependentBeliefs(means, deviations, worth, link);
        Distribute(ref beliefs, epsilon, ref random, probabilities);
    }

    private static void Distribute<TBeliefs>(scoped ref TBeliefs beliefs, double epsilon, ref Xoshiro256 random, Span<double> probabilities)
        where TBeliefs : IBeliefs, allows ref struct
    {
        scoped Span<int> shortlist = stackalloc int[Shortlist];
        var listed = Promising(ref beliefs, shortlist);
        shortlist = shortlist[..listed];
        Span<int> wins = stackalloc int[Shortlist];
        wins.Clear();
        Span<double> drawn = stackalloc double[shortlist.Length];
        for (var draw = 0; draw < Draws; draw++)
        {
            beliefs.Draw(ref random, shortlist, drawn);
            wins[Winner(drawn, ref random)]++;
        }

        var pi = probabilities[..beliefs.Count];
        pi.Fill(epsilon / pi.Length);
        for (var i = 0; i < shortlist.Length; i++) pi[shortlist[i]] += (1 - epsilon) * ((double)wins[i] / Draws);
    }

    private static int Winner(ReadOnlySpan<double> drawn, ref Xoshiro256 random)
    {
        var winner = 0;
        var best = double.NegativeInfinity;
        var ties = 1;
        for (var i = 0; i < drawn.Length; i++)
        {
            if (drawn[i] > best)
            {
                (winner, best, ties) = (i, drawn[i], 1);
            }
            else if (drawn[i] == best && random.NextInt32(++ties) == 0)
            {
                // Equal features tie in every draw: without lots the first of them would take all.
                winner = i;
            }
        }

        return winner;
    }

    /// <summary>The positions of the highest optimistic scores; all of them where they fit.</summary>
    private static int Promising<TBeliefs>(scoped ref TBeliefs beliefs, scoped Span<int> shortlist)
        where TBeliefs : IBeliefs, allows ref struct
    {
        if (beliefs.Count <= Shortlist)
        {
            for (var i = 0; i < beliefs.Count; i++) shortlist[i] = i;
            return beliefs.Count;
        }

        Span<double> kept = stackalloc double[Shortlist];
        var count = 0;
        for (var i = 0; i < beliefs.Count; i++)
        {
            var score = beliefs.Optimistic(i);
            if (count == Shortlist && !(score > kept[count - 1])) continue;
            var at = count == Shortlist ? count - 1 : count++;
            for (; at > 0 && kept[at - 1] < score; at--) (kept[at], shortlist[at]) = (kept[at - 1], shortlist[at - 1]);
            (kept[at], shortlist[at]) = (score, i);
        }

        return count;
    }

    private readonly ref struct JointBeliefs<TPosterior>(TPosterior posterior, ActionSet actions, double scale, Span<double> coefficients) : IBeliefs
        where TPosterior : IRewardPosterior, allows ref struct
    {
        private readonly TPosterior _posterior = posterior;
        private readonly ActionSet _actions = actions;
        private readonly Span<double> _coefficients = coefficients;

        public int Count => _actions.Count;

        public double Optimistic(int position)
        {
            var x = _actions.Features(position);
            return _actions.Worth(position) * _posterior.Reward(_posterior.Score(x) + scale * Math.Sqrt(_posterior.ScoreVariance(x)));
        }

        public void Draw(ref Xoshiro256 random, scoped ReadOnlySpan<int> shortlist, scoped Span<double> drawn)
        {
            _posterior.Sample(ref random, scale, _coefficients);
            for (var i = 0; i < shortlist.Length; i++)
                drawn[i] = _actions.Worth(shortlist[i]) * _posterior.Reward(TensorPrimitives.Dot(_actions.Features(shortlist[i]), _coefficients));
        }
    }

    private readonly ref struct IndependentBeliefs(ReadOnlySpan<double> means, ReadOnlySpan<double> deviations, ReadOnlySpan<double> worth, RewardLink link) : IBeliefs
    {
        private readonly ReadOnlySpan<double> _means = means;
        private readonly ReadOnlySpan<double> _deviations = deviations;
        private readonly ReadOnlySpan<double> _worth = worth;

        public int Count => _means.Length;

        public double Optimistic(int position) => Value(position, _means[position] + _deviations[position]);

        public void Draw(ref Xoshiro256 random, scoped ReadOnlySpan<int> shortlist, scoped Span<double> drawn)
        {
            for (var i = 0; i < shortlist.Length; i++)
                drawn[i] = Value(shortlist[i], _means[shortlist[i]] + _deviations[shortlist[i]] * random.NextGaussian());
        }

        private double Value(int position, double score) => (_worth.IsEmpty ? 1 : _worth[position]) * (link == RewardLink.Logistic ? Logistic.Sigmoid(score) : score);
    }
}
