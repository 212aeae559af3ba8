using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Personalization.Algorithms.Recommendation.Replication;

/// <summary>
/// Lets any number of readers use a mutable structure without waiting while one writer changes it: two equal instances, readers on the one, the
/// writer on the other.
/// </summary>
/// <remarks>
/// <para>Source: Ramalhete and Correia, "Brief Announcement: Left-Right – A Concurrency Control Technique with Wait-Free Population Oblivious Reads",
/// 2015. A change is made on the instance that no one
/// reads, readers are sent there by one volatile write, and when the last reader has left the other instance the same change is made on it. A reader
/// sees either all of a change or nothing: each lease is a snapshot for as long as it is held.</para>
/// <para>Against copying on each publication this costs the memory twice and the work of a change twice, but nothing in proportion to the size: the
/// right price for an index of 10⁶ sessions that moves on every second.</para>
/// <para>Reading is wait-free: two atomic additions on a counter of the reader's own stripe. The writer waits for readers that are in the middle of a
/// query, so leases are for the length of a query and never across an await.</para>
/// <para>Changes must be deterministic: both instances take each change once, and must come out equal. A change that throws leaves them unequal; the
/// structure then refuses further changes and its owner rebuilds it.</para>
/// </remarks>
public sealed class LeftRight<T>
    where T : class
{
    private readonly T[] _instances;
    private readonly ReaderCount[] _readers; // two versions × stripes
    private readonly int _stripes;
    private readonly Lock _writing = new();
    private int _readable;
    private int _version;
    private bool _isBroken;

    /// <summary>Takes over two instances of equal state; nobody else may use them from now on.</summary>
    public LeftRight(T left, T right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (ReferenceEquals(left, right)) throw new ArgumentException("Left and right must be two instances.", nameof(right));
        _instances = [left, right];
        _stripes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);
        _readers = new ReaderCount[2 * _stripes];
    }

    /// <summary>Opens the current snapshot for reading; dispose the lease when the query is answered.</summary>
    public Lease Read()
    {
        var stripe = Environment.CurrentManagedThreadId & (_stripes - 1);
        ref var count = ref _readers[(Volatile.Read(ref _version) * _stripes) + stripe].Value;
        Interlocked.Increment(ref count);
        return new Lease(_instances[Volatile.Read(ref _readable)], ref count);
    }

    /// <summary>Makes a change on both instances; readers see it when it is made on the first. One writer at a time, others wait.</summary>
    /// <exception cref="InvalidOperationException">An earlier change threw half way.</exception>
    public void Write<TChange>(TChange change, Action<T, TChange> apply)
        where TChange : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(apply);
        lock (_writing)
        {
            if (_isBroken) throw new InvalidOperationException("An earlier change failed half way: the two instances differ and must be rebuilt.");
            _isBroken = true;
            var hidden = 1 - _readable;
            apply(_instances[hidden], change);
            Volatile.Write(ref _readable, hidden);
            SendReadersToTheOtherVersion();
            apply(_instances[1 - hidden], change);
            _isBroken = false;
        }
    }

    // Readers that still hold the old instance arrived on the current version's counters, or, having read the version long ago, on the other's: both
    // must have drained once.
    private void SendReadersToTheOtherVersion()
    {
        Interlocked.MemoryBarrier();
        var current = _version;
        WaitForReaders(1 - current);
        Volatile.Write(ref _version, 1 - current);
        Interlocked.MemoryBarrier();
        WaitForReaders(current);
    }

    private void WaitForReaders(int version)
    {
        for (var stripe = 0; stripe < _stripes; stripe++)
        {
            var wait = default(SpinWait);
            while (Volatile.Read(ref _readers[(version * _stripes) + stripe].Value) != 0) wait.SpinOnce();
        }
    }

    /// <summary>A snapshot held for one query.</summary>
    public readonly ref struct Lease
    {
        private readonly ref int _count;

        internal Lease(T value, ref int count)
        {
            Value = value;
            _count = ref count;
        }

        /// <summary>The instance: only to be read, and not to be kept beyond the lease.</summary>
        public T Value { get; }

        /// <summary>Gives the snapshot back. Once only.</summary>
        public void Dispose()
        {
            if (!Unsafe.IsNullRef(ref _count)) Interlocked.Decrement(ref _count);
        }
    }
}

// A cache line each (two, against the prefetcher of neighbours), so that readers on different cores do not share one.
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct ReaderCount
{
    [FieldOffset(0)]
    public int Value;
}
