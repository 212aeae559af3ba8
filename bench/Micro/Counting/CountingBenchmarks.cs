using BenchmarkDotNet.Attributes;
using Personalization.Algorithms.Counting;
using Personalization.Algorithms.Numerics;

namespace Personalization.Micro.Counting;

/// <summary>The cost of one event for each counter of a profile; every method is a hot path and allocates nothing.</summary>
[MemoryDiagnoser]
public class CountingBenchmarks
{
    private const int Events = 4096;
    private const long Minute = 60_000;

    private static readonly HalfLife[] HalfLives = [HalfLife.FromHours(1), HalfLife.FromDays(1), HalfLife.FromDays(30)];
    private readonly long[] _times = new long[Events];
    private readonly ulong[] _keys = new ulong[Events];
    private readonly double[] _values = new double[3];
    private readonly TopKEntry[] _packed = new TopKEntry[16];
    private readonly DecayedTopK _sketch = new(10_000, HalfLife.FromDays(1));
    private readonly Sessioniser _sessioniser = new(TimeSpan.FromMinutes(30), TimeSpan.FromHours(1));
    private readonly SessionInterval[] _open = new SessionInterval[8];
    private readonly SessionInterval[] _closed = new SessionInterval[8];
    private DecayedValue _single;
    private long _shift;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Xoshiro256(1);
        for (var i = 0; i < Events; i++)
        {
            // One event a minute or so, up to half an hour out of order; items as in a catalogue of 100,000 with a few favourites.
            _times[i] = i * Minute - random.NextInt32(30) * Minute;
            _keys[i] = (ulong)(100_000 * Math.Pow(random.NextDouble(), 4));
        }
    }

    [IterationSetup]
    public void Advance() => _shift += Events * Minute;

    [Benchmark(OperationsPerInvoke = Events)]
    public double OneHalfLife()
    {
        foreach (var time in _times) _single.Add(HalfLives[1], _shift + time, 1);
        return _single.Value;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public double ThreeHalfLives()
    {
        long newest = 0;
        foreach (var time in _times) DecayedValues.Add(_values, ref newest, HalfLives, time, 1);
        return _values[0];
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int TopSixteenInAProfile()
    {
        var count = 0;
        long newest = 0;
        for (var i = 0; i < Events; i++) PackedTopK.Add(_packed, ref count, ref newest, HalfLives[1], _keys[i], _times[i]);
        return count;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int TopTenThousand()
    {
        for (var i = 0; i < Events; i++) _sketch.Add(_keys[i], _shift + _times[i]);
        return _sketch.Count;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int Sessions()
    {
        var count = 0;
        var closed = 0;
        var newest = long.MinValue;
        foreach (var time in _times)
        {
            _sessioniser.Add(_open, ref count, ref newest, time);
            closed += _sessioniser.Close(_open, ref count, newest, _closed);
        }

        return closed;
    }
}
