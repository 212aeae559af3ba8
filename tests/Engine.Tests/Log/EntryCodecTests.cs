using CsCheck;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Xunit;

namespace Personalization.Engine.Tests.Log;

/// <summary>Stored bytes of entries: the envelope by its layout, every payload by golden bytes.</summary>
public sealed class EntryCodecTests
{
    private static readonly CustomerKey Key = CustomerKey.Create("default", CustomerKeyKind.Customer, "c1");

    private static readonly CustomerEvent FullEvent = new()
    {
        Type = EventType.Purchase,
        CustomType = "custom:x",
        AnonymousId = "a1",
        ItemId = "i1",
        Category = "shoes",
        Brand = "acme",
        UnitPrice = 1.25m,
        Value = 2.50m,
        Currency = "EUR",
        BaseValue = 2.75m,
        Quantity = 2,
        OrderId = "o1",
        Lines = [new OrderLine { ItemId = "i1", Quantity = 2, Value = 2.50m, Category = "shoes", Brand = "acme", UnitPrice = 1.25m }],
        Query = "q",
        Text = "t",
        Channel = "web",
        SessionId = "s1",
        DecisionId = "d1",
        ActionId = "n1",
        Position = 3,
        ContextJson = "{}",
    };

    private static readonly Dictionary<string, (EntryKind Kind, object Payload, string Golden)> Payloads = new()
    {
        ["event"] = (EntryKind.Event, FullEvent, "20e80815194111637573746f6d3a784105613141056931410b73686f6573410961636d65412100000200000000007d0000000000000041210000020000000000fa000000000000004107455552412100000200000000001301000000000000010941056f3121000321e8c00b010941210000020000000000fa00000000000000c10dc10f412100000200000000007d00000000000000e0e04103714103744107776562410573314105643141056e31010d41057b7de0"),
        ["empty event"] = (EntryKind.Event, new CustomerEvent { Type = EventType.PageViewed }, "20e8081503c101c101c101c101c101c101c101c101c101c101c101c101c101c101c101c101c101c101c101c101e0"),
        ["traits"] = (EntryKind.Traits, new TraitsChange { Traits = new Dictionary<string, string?> { ["plan"] = "\"gold\"", ["age"] = null } }, "20e82001054109706c616e400d22676f6c64224007616765c001e0e0"),
        ["consent"] = (EntryKind.Consent, new ConsentChange { Purpose = "marketing", Granted = true, Source = "form" }, "20e840136d61726b6574696e6701034109666f726de0"),
        ["erasure"] = (EntryKind.Erasure, new Erasure { Reason = "asked" }, "20e8400b61736b6564e0"),
        ["wake-up"] = (EntryKind.WakeUp, new WakeUp { Due = 1_700_000_000_000 }, "20e8002000b4f2e7c5c101e0"),
        ["stamped wake-up"] = (
            EntryKind.WakeUp,
            new WakeUp { Due = 1_700_000_000_000, Churn = new ChurnParameters { R = .5, Alpha = 6, A = .75, B = 1.5, Threshold = .25, Version = 7 } },
            "20e8002000b4f2e7c521e880000000000000e03f81000000000000184081000000000000e83f81000000000000f83f81000000000000d03f011de0e0"),
        ["clock"] = (EntryKind.Clock, new ClockAdvance { At = 1_700_000_000_000 }, "20e8002000b4f2e7c5e0"),
        ["redrive"] = (EntryKind.Redrive, new Redrive { OriginalPosition = 77, Original = [1, 2, 3] }, "20e8006a024107010203e0"),
    };

    public static TheoryData<string> Names => new(Payloads.Keys);

    [Fact]
    public void The_envelope_is_laid_out_as_documented()
    {
        var envelope = new EntryEnvelope(EntryKind.WakeUp, Key, "id-1", 0x0102030405060708, -90, Traffic.Replay, EntryFlags.ProducerGaveId | EntryFlags.NoOwnTime, 0xA1B2C3D4);
        var bytes = FoldRun.Codec.Write(envelope, new WakeUp());
        var expected =
            "01" + "05" + "03" + "01" + // schema, kind, traffic, form: a checksum ends it
            "0300" + "a6ff" + "d4c3b2a1" + // flags, offset −90, key id
            "0807060504030201" + // event time
            "f9751c7e197189b264cc9ebd6a207208" + // XXH3-128 of "id-1"
            "0a00" + "0400" + // lengths
            "64656661756c742f6331" + "69642d31"; // default/c1, id-1
        Assert.Equal(expected, Convert.ToHexStringLower(bytes)[..expected.Length]);
        Assert.Equal(envelope, EntryCodec.ReadEnvelope(bytes));
        Assert.Equal((EntryKind.WakeUp, Key, 0x0102030405060708), EntryCodec.ReadRoute(bytes));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_payloads_bytes_are_as_they_were(string name)
    {
        var (kind, payload, golden) = Payloads[name];
        var bytes = FoldRun.Codec.Write(new EntryEnvelope(kind, Key, "e", 5), payload);
        Assert.Equal(golden, Convert.ToHexStringLower(bytes[(EntryCodec.FixedBytes + 11)..^4]));
        Assert.Equal((uint)KeyHash.Hash64(bytes.AsSpan(0, bytes.Length - 4)), BitConverter.ToUInt32(bytes.AsSpan(bytes.Length - 4)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_payload_comes_back_from_its_golden_bytes(string name)
    {
        var (kind, payload, golden) = Payloads[name];
        byte[] bytes = [.. WithoutChecksum(FoldRun.Codec.Write(new EntryEnvelope(kind, Key, "e", 5), payload))[..(EntryCodec.FixedBytes + 11)], .. Convert.FromHexString(golden)];
        var entry = FoldRun.Codec.Read(new LogEntry(3, 4, bytes));
        Assert.Equal((3, 4, kind), (entry.Position, entry.LogTime, entry.Envelope.Kind));
        Assert.Equivalent(payload, entry.Payload, strict: true);
    }

    [Fact]
    public void A_wake_up_of_the_version_before_is_read_without_a_stamp()
    {
        byte[] bytes = [.. WithoutChecksum(FoldRun.Codec.Write(new EntryEnvelope(EntryKind.WakeUp, Key, "e", 5), new WakeUp()))[..(EntryCodec.FixedBytes + 11)], .. Convert.FromHexString("20e8002000b4f2e7c5e0")];
        Assert.Equal(new WakeUp { Due = 1_700_000_000_000 }, FoldRun.Codec.Read(new LogEntry(3, 4, bytes)).Payload);
    }

    [Fact]
    public void A_payload_of_another_kind_is_refused_when_written() =>
        Assert.Throws<ArgumentException>(() => FoldRun.Codec.Write(new EntryEnvelope(EntryKind.Event, Key, "e", 5), new WakeUp()));

    [Fact]
    public void Unknown_schemas_kinds_and_short_bytes_say_what_is_wrong()
    {
        var bytes = WithoutChecksum(FoldRun.Codec.Write(new EntryEnvelope(EntryKind.WakeUp, Key, "e", 5), new WakeUp { Due = 7 }));
        Assert.Equal("schema 2 is not known to this version", Fault([2, .. bytes[1..]]));
        Assert.Equal("kind 99 is not known to this version", Fault([1, 99, .. bytes[2..]]));
        Assert.Equal("39 bytes are too few for an entry", Fault(bytes[..39]));
        Assert.Equal("the entry is cut short", Fault(bytes[..45]));

        static string Fault(byte[] bytes) => Assert.Throws<UnreadableEntryException>(() => FoldRun.Codec.Read(new LogEntry(1, 1, bytes))).Message;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_flipped_bit_makes_an_entry_unreadable_and_never_another_one(string name)
    {
        var (kind, payload, _) = Payloads[name];
        var bytes = FoldRun.Codec.Write(new EntryEnvelope(kind, Key, "e", 5), payload);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            // The form says that there is a checksum: without that bit it is an entry of before, as they stay readable.
            if (bit == 3 * 8) continue;
            var damaged = (byte[])bytes.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<UnreadableEntryException>(() => FoldRun.Codec.Read(new LogEntry(1, 1, damaged)));
            Assert.Throws<UnreadableEntryException>(() => EntryCodec.ReadRoute(damaged));
        }
    }

    /// <summary>As entries were written before they had a checksum.</summary>
    private static byte[] WithoutChecksum(byte[] bytes) => [.. bytes[..3], 0, .. bytes[4..^4]];

    [Fact]
    public void Changed_or_random_bytes_are_read_or_unreadable_and_never_end_in_anything_else()
    {
        var samples = Payloads.Values.Select(sample => FoldRun.Codec.Write(new EntryEnvelope(sample.Kind, Key, "e", 5), sample.Payload)).ToArray();
        Gen.Select(Gen.Int[0, samples.Length], Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[1, 6], Gen.Int[0, 1000], Gen.Byte.Array[0, 200]).Sample(
            (sample, changes, cut, noise) =>
            {
                var bytes = sample == samples.Length ? noise : (byte[])samples[sample].Clone();
                foreach (var (at, value) in changes)
                {
                    if (bytes.Length > 0) bytes[at % bytes.Length] = value;
                }

                if (cut % 4 == 0 && bytes.Length > 0) bytes = bytes[..(cut % bytes.Length)];
                try
                {
                    FoldRun.Codec.Read(new LogEntry(1, 1, bytes));
                }
                catch (UnreadableEntryException)
                {
                }
            },
            iter: 20_000);
    }
}
