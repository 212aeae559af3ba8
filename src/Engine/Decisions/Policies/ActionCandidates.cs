using System.Numerics.Tensors;
using Personalization.Algorithms.Bandits.Posteriors;

namespace Personalization.Engine.Decisions.Policies;

/// <summary>The eligible actions of one slot, K ≥ 1 of them, as the policy sees them: a view over the caller's spans that copies nothing.</summary>
public readonly ref struct ActionCandidates
{
    private readonly ReadOnlySpan<double> _features;
    private readonly int _stride;

    /// <summary>Candidates with one feature vector for all, or one each.</summary>
    /// <param name="actions">The key of each action: the hash that its posterior is stored under.</param>
    /// <param name="features">
    /// x: <paramref name="dimension"/> numbers within ±1e9 that hold for every action (the context and the profile), or as many for each, row after row. x₀ is the constant 1: the base rate is its coefficient. The others are
    /// best between −1 and 1; a missing value is 0, with an indicator beside it.
    /// </param>
    /// <param name="dimension">d.</param>
    /// <param name="groups">Empty, or the key of each action's group, 0 for none: what a customer showed for one action of a group counts for the others, too.</param>
    /// <param name="worth">Empty, or value × lever of each action, &gt; 0: the winner is the largest of worth × drawn reward.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, there is no action, or a number is out of range.</exception>
    public ActionCandidates(
        ReadOnlySpan<ulong> actions, ReadOnlySpan<double> features, int dimension, ReadOnlySpan<ulong> groups = default, ReadOnlySpan<double> worth = default)
    {
        if (actions.IsEmpty) throw new ArgumentException("A choice has at least one action.", nameof(actions));
        if (dimension < 1 || (features.Length != dimension && features.Length != (long)dimension * actions.Length))
            throw new ArgumentException("Features are one row for all actions or one row each.", nameof(features));
        if (!groups.IsEmpty && groups.Length != actions.Length) throw new ArgumentException("Groups are empty or one an action.", nameof(groups));
        if (!worth.IsEmpty && worth.Length != actions.Length) throw new ArgumentException("Worth is empty or one number an action.", nameof(worth));
        CheckFeatures(features);
        foreach (var value in worth)
        {
            if (!(value > 0 && double.IsFinite(value))) throw new ArgumentException("A worth is positive and finite.", nameof(worth));
        }

        _features = features;
        _stride = features.Length == dimension ? 0 : dimension;
        Actions = actions;
        Groups = groups;
        Worth = worth;
        Dimension = dimension;
    }

    /// <summary>K.</summary>
    public int Count => Actions.Length;

    /// <summary>d.</summary>
    public int Dimension { get; }

    /// <summary>The actions' keys.</summary>
    public ReadOnlySpan<ulong> Actions { get; }

    /// <summary>The groups' keys, or empty.</summary>
    public ReadOnlySpan<ulong> Groups { get; }

    /// <summary>Value × lever, or empty.</summary>
    public ReadOnlySpan<double> Worth { get; }

    // MaxMagnitude propagates NaN, and no comparison with NaN holds.
    internal static void CheckFeatures(ReadOnlySpan<double> features)
    {
        if (features.IsEmpty || TensorPrimitives.MaxMagnitude(features) is not (>= -RewardModels.LargestValue and <= RewardModels.LargestValue))
            throw new ArgumentException("A feature is not a number within ±1e9.", nameof(features));
    }

    /// <summary>Whether one x holds for every action.</summary>
    public bool SharesFeatures => _stride == 0;

    /// <summary>x of an action.</summary>
    public ReadOnlySpan<double> Features(int position) => _features.Slice(position * _stride, Dimension);

    /// <summary>The group of an action; 0 for none.</summary>
    public ulong Group(int position) => Groups.IsEmpty ? 0 : Groups[position];
}
