using Personalization.Algorithms.Bandits.Posteriors;

namespace Personalization.Algorithms.Bandits;

/// <summary>The eligible actions of one choice: a feature vector of (context, action) for each, and what a reward of it is worth.</summary>
/// <remarks>
/// Features are one row of <see cref="Dimension"/> numbers per action, rows one after another. A value that is not finite, or beyond ±1e9, throws at construction: a choice made from it could not be explained,
/// so the caller decides what a missing value is (usually 0, with an indicator beside it). The set is a view; it copies nothing.
/// </remarks>
public readonly ref struct ActionSet
{
    private readonly ReadOnlySpan<double> _features;
    private readonly ReadOnlySpan<double> _worth;
    private readonly ReadOnlySpan<int> _eligible;

    /// <summary>A set of actions.</summary>
    /// <param name="features">Rows × dimension numbers within ±1e9.</param>
    /// <param name="dimension">Numbers a row, ≥ 1.</param>
    /// <param name="worth">
    /// Empty, or one number &gt; 0 a row: what the predicted reward is multiplied by when actions are compared (value × lever in the arbitration). Learning and propensities need no correction for it.
    /// </param>
    /// <exception cref="ArgumentException">Lengths do not fit, there is no row, or a number is out of range.</exception>
    public ActionSet(ReadOnlySpan<double> features, int dimension, ReadOnlySpan<double> worth = default)
    {
        if (dimension < 1 || features.IsEmpty || features.Length % dimension != 0) throw new ArgumentException("Features are one or more whole rows.", nameof(features));
        if (!worth.IsEmpty && worth.Length != features.Length / dimension) throw new ArgumentException("Worth is empty or one number a row.", nameof(worth));
        if (!RewardModels.InRange(features)) throw new ArgumentException("A feature is not a number within ±1e9.", nameof(features));
        foreach (var value in worth)
        {
            if (!(value > 0 && double.IsFinite(value))) throw new ArgumentException("A worth is positive and finite.", nameof(worth));
        }

        _features = features;
        _worth = worth;
        _eligible = default;
        Dimension = dimension;
        Count = features.Length / dimension;
    }

    private ActionSet(ActionSet all, ReadOnlySpan<int> eligible)
    {
        this = all;
        _eligible = eligible;
        Count = eligible.Length;
    }

    /// <summary>Numbers a row.</summary>
    public int Dimension { get; }

    /// <summary>K, the number of eligible actions.</summary>
    public int Count { get; }

    /// <summary>The same actions with only some eligible; position i of the new set is row <c>rows[i]</c>.</summary>
    /// <exception cref="ArgumentException">There is no row.</exception>
    public ActionSet Only(ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty) throw new ArgumentException("At least one action is eligible.", nameof(rows));
        return new ActionSet(this, rows);
    }

    /// <summary>The row that position <paramref name="position"/> stands for.</summary>
    public int Row(int position) => _eligible.IsEmpty ? position : _eligible[position];

    /// <summary>The features at a position.</summary>
    public ReadOnlySpan<double> Features(int position) => _features.Slice(Row(position) * Dimension, Dimension);

    /// <summary>What a reward at a position is worth; 1 where none was given.</summary>
    public double Worth(int position) => _worth.IsEmpty ? 1 : _worth[Row(position)];
}
