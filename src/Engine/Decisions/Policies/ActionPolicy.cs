using System.Buffers;
using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Policies;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;

namespace Personalization.Engine.Decisions.Policies;

/// <summary>
/// The type the decision pipeline starts from: turns a slot's <see cref="ActionModel"/>, the customer's own <see cref="CustomerActionModel"/> and the eligible actions into the exact distribution π that the answer is drawn from.
/// </summary>
/// <remarks>
/// <para>
/// Pure: the same model, customer, candidates and generator give the same π, to the bit on one kind of machine; nothing is changed by deciding; safe on several threads. Σπ = 1; every π ≥ ε/K. π is written down first, then
/// <see cref="Exploration.Draw"/> draws from it and from nothing else, so the propensity in the record is exact. No allocation up to 256 candidates (the shared pool above). Take the generator from <see cref="DecisionRandom.For"/>.
/// </para>
/// <para>
/// What wins is worth × reward, worth being value × lever: in every posterior draw for Thompson sampling, in the prediction for the others. Learning needs no correction for it, the models are of the reward alone.
/// Thompson sampling shortlists ≤ 20 by the optimistic score and takes 32 posterior draws: f is the share that each wins and π = (1−ε)f + ε/K (<see cref="ThompsonSampling"/>).
/// </para>
/// <para>
/// A slate of several slots: draw, remove the winner (and whatever caps then forbid) from the candidates, and call <see cref="Distribute(ActionModel, in ActionCandidates, ReadOnlySpan{double}, ReadOnlySpan{double}, ref Xoshiro256, Span{double})"/>
/// again with the means and deviations that are left: each propensity is conditional on the slots above.
/// </para>
/// <example><code>
/// var policy = new ActionPolicy(slot.Policy);                        // once a configuration
/// var candidates = new ActionCandidates(actionKeys, x, x.Length, groupKeys, worth);
/// var random = DecisionRandom.For(seed, customerHash, decisionHash);
/// policy.Distribute(replica.Model, profile.OwnActions, candidates, ref random, probabilities, rewards);
/// var chosen = Exploration.Draw(probabilities, ref random);         // propensity: probabilities[chosen]
/// var sharedScore = replica.Model.Score(actionKeys[chosen], x);     // goes into the record, for CustomerActionModel.Record at the reward
/// </code></example>
/// </remarks>
public sealed class ActionPolicy
{
    private const int LongestOnStack = 256;

    /// <summary>A policy.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ActionPolicy(PolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Faults().FirstOrDefault() is { } fault) throw new ArgumentException(fault, nameof(options));
        Options = options;
    }

    /// <summary>The options.</summary>
    public PolicyOptions Options { get; }

    /// <summary>The whole of it: what is believed, what is expected, and π.</summary>
    /// <param name="model">The slot's shared model.</param>
    /// <param name="customer">The customer's own, or null where there is none yet.</param>
    /// <param name="candidates">The eligible actions.</param>
    /// <param name="random">The decision's generator.</param>
    /// <param name="probabilities">Takes π; K long.</param>
    /// <param name="rewards">Takes the expected reward of each action before worth, from the posterior mean; K long.</param>
    /// <exception cref="ArgumentException">The model is not of the options' link or the candidates' dimension, or a span is not K long.</exception>
    public void Distribute(
        ActionModel model, CustomerActionModel? customer, in ActionCandidates candidates, ref Xoshiro256 random, Span<double> probabilities, Span<double> rewards)
    {
        var count = candidates.Count;
        var rented = count > LongestOnStack ? ArrayPool<double>.Shared.Rent(2 * count) : null;
        Span<double> working = rented ?? stackalloc double[2 * LongestOnStack];
        try
        {
            var means = working[..count];
            var deviations = working.Slice(count, count);
            Believe(model, customer, candidates, means, deviations);
            Distribute(model, candidates, means, deviations, ref random, probabilities);
            CheckLength(rewards.Length, count, nameof(rewards));
            for (var i = 0; i < count; i++) rewards[i] = model.Reward(means[i]);
        }
        finally
        {
            if (rented is not null) ArrayPool<double>.Shared.Return(rented);
        }
    }

    /// <summary>Writes mean and standard deviation of every action's score for this customer: the shared posterior and the customer's own deviation from it.</summary>
    /// <param name="model">The slot's shared model.</param>
    /// <param name="customer">The customer's own, or null.</param>
    /// <param name="candidates">The eligible actions.</param>
    /// <param name="means">Takes the means; <see cref="ActionModel.Reward"/> makes expected rewards of them.</param>
    /// <param name="deviations">Takes the deviations that Thompson sampling draws with (<see cref="PolicyOptions.Exploration"/> and <see cref="PolicyOptions.OwnExploration"/> included); 0 under the policies that do not draw.</param>
    /// <exception cref="ArgumentException">The model is not of the options' link or the candidates' dimension, or a span is not K long.</exception>
    public void Believe(ActionModel model, CustomerActionModel? customer, in ActionCandidates candidates, Span<double> means, Span<double> deviations)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Link != Options.Link) throw new ArgumentException($"The model's link is {model.Link}, the policy's {Options.Link}.", nameof(model));
        if (model.Dimension != candidates.Dimension) throw new ArgumentException($"The model has {model.Dimension} features, the candidates {candidates.Dimension}.", nameof(model));
        CheckLength(means.Length, candidates.Count, nameof(means));
        CheckLength(deviations.Length, candidates.Count, nameof(deviations));

        var sampling = Options.Kind is PolicyKind.LinearThompsonSampling or PolicyKind.LogisticThompsonSampling;
        var shared = Options.Exploration * (model.Link == RewardLink.Identity ? Options.Noise : 1);
        // With one x for all, the products x_i·x_j are made once and each variance is a dot product with the posterior's covariance.
        var rented = sampling && candidates.SharesFeatures && candidates.Dimension <= ActionModel.LargestCovariance ? ArrayPool<double>.Shared.Rent(QuadraticForm.Length(candidates.Dimension)) : null;
        ReadOnlySpan<double> products = [];
        if (rented is not null)
        {
            var filled = rented.AsSpan(0, QuadraticForm.Length(candidates.Dimension));
            QuadraticForm.Products(candidates.Features(0), filled);
            products = filled;
        }

        for (var i = 0; i < means.Length; i++)
        {
            var x = candidates.Features(i);
            var posterior = model.Posterior(candidates.Actions[i]);
            var (mean, variance) = customer is null
                ? (0, CustomerActionModel.PriorVariance(candidates.Group(i), Options))
                : customer.Deviation(candidates.Actions[i], candidates.Group(i), Options);
            means[i] = posterior.Score(x) + mean;
            if (sampling) deviations[i] = Math.Sqrt(shared * shared * VarianceOf(posterior, x, products) + Options.OwnExploration * Options.OwnExploration * variance);
            else deviations[i] = 0;
        }

        if (rented is not null) ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>Writes π from what is believed.</summary>
    /// <param name="model">The slot's shared model: SquareCB's γ grows with its rewards.</param>
    /// <param name="candidates">The eligible actions.</param>
    /// <param name="means">Their scores' means.</param>
    /// <param name="deviations">Their scores' deviations.</param>
    /// <param name="random">The decision's generator; drawn from by Thompson sampling alone.</param>
    /// <param name="probabilities">Takes π; K long.</param>
    /// <exception cref="ArgumentException">A span is not K long.</exception>
    public void Distribute(
        ActionModel model, in ActionCandidates candidates, ReadOnlySpan<double> means, ReadOnlySpan<double> deviations, ref Xoshiro256 random, Span<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(model);
        CheckLength(means.Length, candidates.Count, nameof(means));
        CheckLength(probabilities.Length, candidates.Count, nameof(probabilities));
        switch (Options.Kind)
        {
            case PolicyKind.Uniform:
                Exploration.Uniform(probabilities);
                break;
            case PolicyKind.EpsilonGreedy:
                Expect(model, candidates.Worth, means, probabilities);
                Exploration.EpsilonGreedy(probabilities, Options.Epsilon);
                break;
            case PolicyKind.SquareCb:
                Expect(model, candidates.Worth, means, probabilities);
                Normalize(candidates.Worth, probabilities);
                Exploration.InverseGapWeighting(probabilities, Options.Gamma * Math.Pow(1 + model.Rewards, Options.GammaExponent), Options.Epsilon);
                break;
            default:
                ThompsonSampling.Distribute(means, deviations, candidates.Worth, model.Link, Options.Epsilon, ref random, probabilities);
                break;
        }
    }

    private static double VarianceOf(IRewardPosterior posterior, ReadOnlySpan<double> x, ReadOnlySpan<double> products) =>
        !products.IsEmpty && posterior is IHasCovariance believed ? QuadraticForm.Value(products, believed.Covariance) : posterior.ScoreVariance(x);

    private static void Expect(ActionModel model, ReadOnlySpan<double> worth, ReadOnlySpan<double> means, Span<double> expected)
    {
        for (var i = 0; i < means.Length; i++) expected[i] = (worth.IsEmpty ? 1 : worth[i]) * model.Reward(means[i]);
    }

    /// <summary>γ is in units of a reward in [0, 1]: worth in euros would otherwise turn exploration off.</summary>
    private static void Normalize(ReadOnlySpan<double> worth, Span<double> expected)
    {
        if (worth.IsEmpty) return;
        var most = 0.0;
        foreach (var value in worth) most = Math.Max(most, value);
        for (var i = 0; i < expected.Length; i++) expected[i] /= most;
    }

    private static void CheckLength(int length, int count, string name)
    {
        if (length != count) throw new ArgumentException($"{count} numbers were expected, there is room for {length}.", name);
    }
}
