namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// A population as the distinct (x, t_x, T) that occur in it and how often each does: the likelihood of 10⁶ customers costs what their distinct
/// statistics cost.
/// </summary>
/// <remarks>
/// Times that are whole days make many customers equal: the 2,357 of the CDNOW sample have 1,016 distinct statistics. Cost to build: one hash look-up
/// a customer.
/// </remarks>
public sealed class PurchaseSample
{
    private readonly Dictionary<PurchaseStatistics, int> _index = [];
    private readonly List<PurchaseStatistics> _distinct = [];
    private readonly List<double> _counts = [];

    /// <summary>An empty population, to be filled by <see cref="Add"/>.</summary>
    public PurchaseSample() { }

    /// <summary>A population of these customers.</summary>
    public PurchaseSample(ReadOnlySpan<PurchaseStatistics> customers)
    {
        foreach (var customer in customers) Add(customer);
    }

    /// <summary>How many customers there are, weights summed.</summary>
    public double Customers { get; private set; }

    /// <summary>How many distinct statistics they have.</summary>
    public int Distinct => _distinct.Count;

    /// <summary>Adds customers with the same statistics.</summary>
    /// <param name="customer">Their statistics.</param>
    /// <param name="count">How many, or their total weight; positive and finite.</param>
    public void Add(in PurchaseStatistics customer, double count = 1)
    {
        if (!(count > 0 && double.IsFinite(count))) throw new ArgumentOutOfRangeException(nameof(count), count, "A weight is positive and finite.");
        ref var slot = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_index, customer, out var exists);
        if (!exists)
        {
            slot = _distinct.Count;
            _distinct.Add(customer);
            _counts.Add(0);
        }

        _counts[slot] += count;
        Customers += count;
    }

    /// <summary>Adds another population, as if its customers had been added here.</summary>
    public void Merge(PurchaseSample other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var distinct = other._distinct.Count;
        for (var i = 0; i < distinct; i++) Add(other._distinct[i], other._counts[i]);
    }

    /// <summary>A distinct value of the statistics and how many customers have it.</summary>
    public (PurchaseStatistics Customer, double Count) this[int index] => (_distinct[index], _counts[index]);
}
