using System.Buffers;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Learning;
using Personalization.Engine.Profiles;

namespace Personalization.Engine.Decisions.Policies;

/// <summary>What one customer's own decisions in one slot say beyond the shared model: a liking for single actions and for groups of them. At most 1 KiB stored.</summary>
/// <remarks>
/// <para>
/// Score for this customer: x·θₐ + u_g + u_a, with u_g ~ N(0, τ_g²) for the action's group and u_a ~ N(0, τ_a²) for the action itself (a mixed model; <see cref="PolicyOptions.GroupDeviation"/>, <see cref="PolicyOptions.OwnDeviation"/>).
/// Kept per key are only three sums: decisions n, rewards R = Σr, and S = Σ of the shared model's score <em>at each decision</em>. What the shared model predicted then is thus taken out of what is the customer's own, and nothing here
/// depends on the prior in use now: a new shared model or another τ invalidates nothing, and the order of decisions does not matter.
/// </para>
/// <para>
/// Read with the prior, level by level, as levels stack in <see cref="CombinedPosterior"/>: the group first, then the action with the group's mean as part of its prior. Linear with noise σ: mean τ²(R − S)/(σ² + nτ²), variance
/// σ²τ²/(σ² + nτ²): the same numbers as <see cref="DiagonalStatistics"/> and <see cref="CombinedPosterior"/> give for a one-hot x. Logistic: the mode of N(0, τ²) times n events of mean reward R/n at the score S/n, by
/// <see cref="LogisticLaplace"/>, exact while the predictions were alike. The stacking is one pass of coordinate ascent, not the joint mode: what a customer did with the only action of a group is credited to the group first.
/// </para>
/// <para>
/// At most <see cref="Capacity"/> keys: the one with the fewest decisions leaves first (the lowest key among equals), so the sums of a key that came back speak of its later decisions only. Mutable; <see cref="Clone"/> before writing
/// where the old one is to stay.
/// </para>
/// <example>1 decision with reward 1 where .1 was expected; τ = .1, σ = .3: mean .01 · .9 / (.09 + .01) = .09, and the action is expected to bring .19 next time.</example>
/// </remarks>
public sealed class CustomerActionModel
{
    /// <summary>The most keys kept, actions and groups together.</summary>
    public const int Capacity = 48;

    /// <summary>The most bytes that <see cref="Write"/> writes.</summary>
    public const int LargestStoredSize = 2 + Capacity * EntrySize;

    private const byte CodecVersion = 1;
    private const int EntrySize = sizeof(ulong) + 3 * sizeof(float);

    private ulong[] _keys = [];
    private Sums[] _sums = [];

    /// <summary>Keys kept.</summary>
    public int Count { get; private set; }

    /// <summary>Records a decision whose reward is known.</summary>
    /// <param name="action">The chosen action's key.</param>
    /// <param name="group">Its group's key, 0 for none.</param>
    /// <param name="sharedScore"><see cref="ActionModel.Score"/> of the action at the decision, from the decision's record.</param>
    /// <param name="reward">r in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range; nothing has changed.</exception>
    public void Record(ulong action, ulong group, double sharedScore, double reward)
    {
        if (reward is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(reward), reward, "A reward lies in [0, 1].");
        if (!(Math.Abs(sharedScore) <= RewardModels.LargestValue)) throw new ArgumentOutOfRangeException(nameof(sharedScore), sharedScore, "A score is a number within ±1e9.");
        Add(action, sharedScore, reward);
        if (group != 0) Add(GroupKey(group), sharedScore, reward);
    }

    /// <summary>A copy that shares nothing.</summary>
    public CustomerActionModel Clone() => new() { _keys = [.. _keys.AsSpan(0, Count)], _sums = [.. _sums.AsSpan(0, Count)], Count = Count };

    /// <summary>The customer's deviation from the shared score of an action: mean and variance of u_g + u_a.</summary>
    /// <remarks>
    /// A key without decisions has mean 0 and its prior variance τ². u_g and u_a are taken as independent. Cost: two look-ups among ≤ 48 keys; no allocation.
    /// </remarks>
    public (double Mean, double Variance) Deviation(ulong action, ulong group, PolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (groupMean, groupVariance) = group == 0 ? default : Effect(GroupKey(group), 0, options.GroupTau, options);
        var (actionMean, actionVariance) = Effect(action, groupMean, options.ActionTau, options);
        return (groupMean + actionMean, groupVariance + actionVariance);
    }

    /// <summary>What a customer without decisions deviates by: mean 0, this variance.</summary>
    public static double PriorVariance(ulong group, PolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.ActionTau * options.ActionTau + (group == 0 ? 0 : options.GroupTau * options.GroupTau);
    }

    /// <summary>Bytes that <see cref="Write"/> writes now.</summary>
    public int StoredSize => 2 + Count * EntrySize;

    /// <summary>Writes <c>version | count | key, n, R, S (single precision)</c> of each key, in the order of the keys, so that equal models are equal bytes.</summary>
    public void Write(IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var writer = new ByteWriter(target);
        writer.Byte(CodecVersion);
        writer.Count(Count);
        for (var i = 0; i < Count; i++)
        {
            writer.UInt64(_keys[i]);
            writer.Single(_sums[i].Decisions);
            writer.Single(_sums[i].Rewards);
            writer.Single(_sums[i].Scores);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the reader may hold more.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such a model.</exception>
    public static CustomerActionModel Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var model = Read(ref reader);
        return reader.IsAtEnd ? model : throw new InvalidDataException("bytes are left after a customer's action model");
    }

    internal static CustomerActionModel Read(ref ByteReader reader)
    {
        reader.Version(CodecVersion, "customer's action model");
        var count = reader.Count(EntrySize);
        if (count > Capacity) throw new InvalidDataException($"a customer's action model has {count} keys");
        var model = new CustomerActionModel { _keys = new ulong[count], _sums = new Sums[count], Count = count };
        for (var i = 0; i < count; i++)
        {
            model._keys[i] = reader.UInt64();
            var sums = model._sums[i] = new Sums(reader.Single(), reader.Single(), reader.Single());
            if (i > 0 && model._keys[i] <= model._keys[i - 1]) throw new InvalidDataException("the keys of a customer's action model are not in order");
            if (!(sums.Decisions > 0 && sums.Rewards >= 0 && sums.Rewards <= sums.Decisions && float.IsFinite(sums.Decisions) && float.IsFinite(sums.Scores)))
                throw new InvalidDataException("the sums of a customer's action model are out of range");
        }

        return model;
    }

    // A group and an action may have one name: different keys.
    private static ulong GroupKey(ulong group) => group ^ 0x9E3779B97F4A7C15;

    private (double Mean, double Variance) Effect(ulong key, double shift, double tau, PolicyOptions options)
    {
        var prior = tau * tau;
        var index = Find(key);
        if (index < 0 || prior == 0) return (0, prior);
        var sums = _sums[index];
        double n = sums.Decisions;
        if (options.Link == RewardLink.Identity)
        {
            var noise = options.Noise * options.Noise;
            return (prior * (sums.Rewards - sums.Scores - n * shift) / (noise + n * prior), noise * prior / (noise + n * prior));
        }

        var (alpha, curvature) = LogisticLaplace.Step(sums.Scores / n + shift, prior, sums.Rewards / n, n);
        return (prior * alpha, 1 / (1 / prior + curvature));
    }

    private void Add(ulong key, double score, double reward)
    {
        var index = Find(key);
        if (index < 0) index = Insert(key);
        _sums[index] = _sums[index].Plus((float)score, (float)reward);
    }

    private int Find(ulong key) => Array.BinarySearch(_keys, 0, Count, key);

    private int Insert(ulong key)
    {
        if (Count == Capacity) RemoveLeast();
        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, Math.Min(Capacity, Math.Max(4, 2 * Count)));
            Array.Resize(ref _sums, _keys.Length);
        }

        var index = ~Find(key);
        Array.Copy(_keys, index, _keys, index + 1, Count - index);
        Array.Copy(_sums, index, _sums, index + 1, Count - index);
        (_keys[index], _sums[index]) = (key, default);
        Count++;
        return index;
    }

    private void RemoveLeast()
    {
        var least = 0;
        for (var i = 1; i < Count; i++)
        {
            if (_sums[i].Decisions < _sums[least].Decisions) least = i;
        }

        Count--;
        Array.Copy(_keys, least + 1, _keys, least, Count - least);
        Array.Copy(_sums, least + 1, _sums, least, Count - least);
    }

    /// <summary>n, R and S of one key. Single precision: exact for counts up to 2²⁴ and rewards of 0 and 1.</summary>
    private readonly record struct Sums(float Decisions, float Rewards, float Scores)
    {
        public Sums Plus(float score, float reward) => new(Decisions + 1, Rewards + reward, Scores + score);
    }
}
