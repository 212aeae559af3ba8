using System.Buffers;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Micro.Profiles;

/// <summary>
/// What one event costs from the log's bytes to the stored row. <c>Fold*</c> must allocate nothing; the target is below 2 µs an event.
/// </summary>
[MemoryDiagnoser]
public class ProfileBenchmarks
{
    private const int Events = 4096;
    private const int WarmUp = 512;
    private const long Minute = 60_000;
    private const long Start = 1_700_049_600_000;

    private static readonly CustomerKey Key = CustomerKey.Create("default", CustomerKeyKind.Customer, "customer-42");

    private readonly FoldSettings _settings = new();
    private readonly ArrayBufferWriter<byte> _row = new(8192);
    private readonly ArrayBufferWriter<byte> _side = new(65536);
    private readonly Sink _sink = new();
    private readonly Dictionary<ulong, string> _noNames = [];
    private EntryCodec _codec = null!;
    private ProfileFold _fold = null!;
    private ProfileReader _reader = null!;
    private CustomerProfile _profile = null!;
    private CustomerProfile _shuffledProfile = null!;
    private CustomerProfile _ordered = null!;
    private CustomerProfile _disordered = null!;
    private Entry[] _inOrder = null!;
    private Entry[] _shuffled = null!;
    private LogEntry[] _logEntries = null!;
    private CustomerRecord _record = null!;
    private JournalSegment _segment = null!;

    [GlobalSetup]
    public void Setup()
    {
        _codec = new EntryCodec(new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>());
        _fold = new ProfileFold(_settings, _codec);
        _reader = new ProfileReader(_settings);
        _inOrder = Make(shuffleMinutes: 0);
        _shuffled = Make(shuffleMinutes: 30);
        _logEntries = [.. _inOrder.Take(32).Select(entry => new LogEntry(entry.Position, entry.LogTime, _codec.Write(entry.Envelope, entry.Payload)))];
        _segment = JournalCodec.Write(_logEntries, 1, 1);
        _profile = Fold(_inOrder);
        _shuffledProfile = Fold(_shuffled);
        Encode();
        _record = new CustomerRecord(_profile.Applied, _settings.FoldVersion, _row.WrittenSpan.ToArray(), _side.WrittenSpan.ToArray(), false);
    }

    /// <summary>Each iteration begins with a profile in its steady state, so that what is measured is one event after another.</summary>
    [IterationSetup(Targets = [nameof(FoldInOrder), nameof(FoldShuffled)])]
    public void Begin() => (_ordered, _disordered) = (Fold(_inOrder.AsSpan(0, WarmUp)), Fold(_shuffled.AsSpan(0, WarmUp)));

    /// <summary>A view a minute in order, 60 facts in the tail.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void FoldInOrder() => FoldAll(_ordered, _inOrder.AsSpan(WarmUp));

    /// <summary>The same within half an hour of disorder.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void FoldShuffled() => FoldAll(_disordered, _shuffled.AsSpan(WarmUp));

    /// <summary>Row and side record of a customer of 4,608 events.</summary>
    [Benchmark]
    public int Encode()
    {
        _row.ResetWrittenCount();
        _side.ResetWrittenCount();
        ProfileCodec.Write(_profile, _row, _side);
        return _row.WrittenCount + _side.WrittenCount;
    }

    [Benchmark]
    public CustomerProfile Decode() => ProfileCodec.Read(Key, _record);

    /// <summary>The live state built of base and tail, and the view of it.</summary>
    [Benchmark]
    public object ViewOfDecoded() => _reader.View(ProfileCodec.Read(Key, _record), Start, _noNames, static _ => null);

    /// <summary>The view where the live state is there already.</summary>
    [Benchmark]
    public object ViewOfLive() => _reader.View(_shuffledProfile, Start, _noNames, static _ => null);

    /// <summary>Envelope and payload of one entry: what comes before the fold.</summary>
    [Benchmark]
    public Entry ReadEntry() => _codec.Read(_logEntries[0]);

    [Benchmark]
    public byte[] WriteEntry() => _codec.Write(_inOrder[0].Envelope, _inOrder[0].Payload);

    /// <summary>32 entries, compressed.</summary>
    [Benchmark(OperationsPerInvoke = 32)]
    public JournalSegment WriteJournal() => JournalCodec.Write(_logEntries, 1, 1);

    [Benchmark(OperationsPerInvoke = 32)]
    public IReadOnlyList<LogEntry> ReadJournal() => JournalCodec.Read(_segment);

    [Benchmark]
    public ulong HashName() => KeyHash.Name("default", "electronics.smartphone");

    [Benchmark]
    public UInt128 HashEventId() => KeyHash.Hash128("01929c1e-7a5b-7cc3-98c4-dc0c0c07398f");

    [Benchmark]
    public int Slot() => PartitionMap.SlotOf(Key);

    private void FoldAll(CustomerProfile profile, ReadOnlySpan<Entry> entries)
    {
        foreach (var entry in entries) _fold.Apply(profile, entry, _sink);
    }

    private CustomerProfile Fold(ReadOnlySpan<Entry> entries)
    {
        var profile = new CustomerProfile(Key);
        FoldAll(profile, entries);
        return profile;
    }

    private static Entry[] Make(int shuffleMinutes)
    {
        var random = new Random(1);
        return
        [
            .. Enumerable.Range(0, WarmUp + Events)
                .Select(i => (At: (i * Minute) + (random.NextInt64(shuffleMinutes + 1) * Minute), I: i))
                .OrderBy(item => item.At)
                .Select((item, position) =>
                {
                    var time = Start + (item.I * Minute);
                    var envelope = new EntryEnvelope(EntryKind.Event, Key, $"event-{item.I}", time, Flags: EntryFlags.ProducerGaveId);
                    return new Entry(position + 1, Start + (position * Minute), envelope, new CustomerEvent
                    {
                        Type = EventType.ProductViewed,
                        ItemId = $"item-{item.I % 200}",
                        Category = $"category-{item.I % 40}",
                        Brand = $"brand-{item.I % 60}",
                        UnitPrice = 49.95m,
                        Channel = "web",
                    });
                }),
        ];
    }

    private sealed class Sink : IFoldSink
    {
        public void Emit(OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
