using Personalization.Partitions;

namespace Personalization.Log;

/// <summary>What an entry of the log is about. The numbers are stored and never reused.</summary>
public enum EntryKind : byte
{
    /// <summary>What a customer did or was shown: a <see cref="Events.CustomerEvent"/>.</summary>
    Event = 1,

    /// <summary>Traits set or removed: <see cref="Events.TraitsChange"/>.</summary>
    Traits = 2,

    /// <summary>A consent granted or withdrawn: <see cref="Events.ConsentChange"/>.</summary>
    Consent = 3,

    /// <summary>The customer is erased: <see cref="Events.Erasure"/>.</summary>
    Erasure = 4,

    /// <summary>A due time that the profile asked for has come: <see cref="Events.WakeUp"/>.</summary>
    WakeUp = 5,

    /// <summary>Event time moves on for a whole partition: <see cref="Events.ClockAdvance"/>. It belongs to no customer.</summary>
    Clock = 6,

    /// <summary>An entry that had been set aside as a dead letter, appended again: <see cref="Events.Redrive"/>.</summary>
    Redrive = 7,

    /// <summary>Actions or items were chosen for a customer: <see cref="Decisions.DecisionMade"/>.</summary>
    Decision = 8,

    /// <summary>A choice was rewarded by the decision's id: <see cref="Decisions.RewardGiven"/>.</summary>
    Reward = 9,
}

/// <summary>Where an entry comes from. Only <see cref="Human"/> and <see cref="Replay"/> reach models.</summary>
public enum Traffic : byte
{
    /// <summary>A customer.</summary>
    Human = 0,

    /// <summary>A robot that was recognised or declared.</summary>
    Bot = 1,

    /// <summary>A test of the producer's.</summary>
    Test = 2,

    /// <summary>Past events, sent again from a file.</summary>
    Replay = 3,
}

/// <summary>Facts about an entry, one bit each. The numbers are stored and never reused.</summary>
[Flags]
public enum EntryFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The producer gave the event id, so a repeat within the window counts once. Without it the entry is at-least-once.</summary>
    ProducerGaveId = 1,

    /// <summary>The entry has no time of its own: under <c>Clock=Event</c> it takes the customer's newest event time.</summary>
    NoOwnTime = 2,
}

/// <summary>
/// The head of an entry, outside its payload's serializer: whatever the log, the owner and de-duplication need without
/// understanding the payload.
/// </summary>
/// <param name="Kind">What the entry is about.</param>
/// <param name="Customer">Whose entry it is; for <see cref="EntryKind.Clock"/> the partition itself (<c>tenant/</c>).</param>
/// <param name="EventId">The event's id: the producer's, else one made at the gateway.</param>
/// <param name="EventTime">When it happened: milliseconds since 1970-01-01 UTC.</param>
/// <param name="OffsetMinutes">The producer's local offset from UTC at that time, in minutes.</param>
/// <param name="Traffic">Where it comes from.</param>
/// <param name="Flags">Facts about it.</param>
/// <param name="KeyId">The encryption key of the payload; 0 = not encrypted.</param>
public readonly record struct EntryEnvelope(
    EntryKind Kind,
    CustomerKey Customer,
    string EventId,
    long EventTime,
    short OffsetMinutes = 0,
    Traffic Traffic = Traffic.Human,
    EntryFlags Flags = EntryFlags.None,
    uint KeyId = 0)
{
    /// <summary>The layout that this code writes; a reader refuses a newer one.</summary>
    public const byte Schema = 1;

    /// <summary>The event id's 128-bit hash, as stored in the head.</summary>
    public UInt128 EventIdHash { get; init; } = KeyHash.Hash128(EventId);

    /// <summary>The low 64 bits of the event id's hash: what a customer's recent ids remember.</summary>
    public ulong ShortEventIdHash => (ulong)EventIdHash;
}
