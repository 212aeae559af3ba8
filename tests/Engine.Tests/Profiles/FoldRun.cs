using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>One customer's profile with an easy hand for entries: positions rise by one, ids are given unless told otherwise.</summary>
public sealed class FoldRun
{
    public const long Noon = 1_700_049_600_000; // 2023-11-15 12:00 UTC, a Wednesday
    public const long Second = 1000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;
    public const long Day = 24 * Hour;

    public static readonly EntryCodec Codec = new(new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>());
    public static readonly CustomerKey Key = CustomerKey.Create("default", CustomerKeyKind.Customer, "c1");

    private long _position;

    public FoldRun(FoldSettings? settings = null)
    {
        Settings = settings ?? new FoldSettings();
        Fold = new ProfileFold(Settings, Codec);
        Reader = new ProfileReader(Settings);
        Profile = new CustomerProfile(Key);
    }

    public FoldSettings Settings { get; }

    public ProfileFold Fold { get; }

    public ProfileReader Reader { get; }

    public CustomerProfile Profile { get; private set; }

    public CollectingSink Sink { get; } = new();

    /// <summary>Log time of the next entries.</summary>
    public long LogTime { get; set; } = Noon;

    public static Entry Entry(long position, object payload, long time, string id, EntryFlags flags = EntryFlags.ProducerGaveId, Traffic traffic = Traffic.Human, long logTime = Noon)
    {
        var kind = payload switch
        {
            CustomerEvent => EntryKind.Event,
            TraitsChange => EntryKind.Traits,
            ConsentChange => EntryKind.Consent,
            Erasure => EntryKind.Erasure,
            WakeUp => EntryKind.WakeUp,
            ClockAdvance => EntryKind.Clock,
            Redrive => EntryKind.Redrive,
            DecisionMade => EntryKind.Decision,
            RewardGiven => EntryKind.Reward,
            _ => throw new ArgumentException("no payload", nameof(payload)),
        };
        return new Entry(position, logTime, new EntryEnvelope(kind, Key, id, time, Traffic: traffic, Flags: flags), payload);
    }

    public FoldOutcome Apply(object payload, long time = Noon, string? id = null, EntryFlags flags = EntryFlags.ProducerGaveId, Traffic traffic = Traffic.Human)
    {
        var position = ++_position;
        return Fold.Apply(Profile, Entry(position, payload, time, id ?? $"e{position}", flags, traffic, LogTime), Sink);
    }

    public FoldOutcome Event(EventType type, long time = Noon, string? item = null, decimal? value = null, string? id = null) =>
        Apply(new CustomerEvent { Type = type, ItemId = item, Value = value, BaseValue = value }, time, id);

    public ProfileView View(long at = Noon) => Reader.View(Profile, at, Sink.Names, _ => null);

    /// <summary>Saves and loads the profile.</summary>
    public void Reload() => Profile = Decode(Profile);

    public static CustomerProfile Decode(CustomerProfile profile)
    {
        var (row, side) = Encode(profile);
        return ProfileCodec.Read(profile.Customer, new CustomerRecord(profile.Applied, 1, row, side, profile.IsTombstone));
    }

    public static (byte[] Row, byte[] Side) Encode(CustomerProfile profile)
    {
        var (row, side) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        ProfileCodec.Write(profile, row, side);
        return (row.WrittenSpan.ToArray(), side.WrittenSpan.ToArray());
    }
}
