using System.Text.Json;

namespace Personalization.Gateway.Admin;

/// <summary>Sums over all customers, as committed.</summary>
/// <param name="Customers">Customers with a profile.</param>
/// <param name="Events">All events.</param>
/// <param name="Views">Product views.</param>
/// <param name="Carts">Products added to the cart.</param>
/// <param name="Purchases">Purchase events.</param>
/// <param name="Orders">Distinct orders.</param>
/// <param name="Revenue">Gross revenue in the base currency.</param>
/// <param name="Refunded">Money given back, in the base currency.</param>
/// <param name="Late">Events later than the lateness bound.</param>
/// <param name="Bot">Events of robots.</param>
/// <param name="Test">Events of the producer's tests.</param>
/// <param name="ByType">Counts by type; those of zero are left out. All of the producer's own types count as <c>custom</c>.</param>
/// <param name="DeadLetters">Entries that were set aside.</param>
/// <param name="Lost">Entries that are known to have been lost by logs that went back.</param>
/// <param name="Lag">How far behind the log the sums are.</param>
/// <param name="Drained">With <c>wait=true</c>: whether everything accepted before the call is in the sums. Left out otherwise.</param>
public sealed record AdminTotalsResponse(
    long Customers, long Events, long Views, long Carts, long Purchases, long Orders, decimal Revenue, decimal Refunded, long Late, long Bot, long Test,
    IReadOnlyDictionary<string, long> ByType, long DeadLetters, long Lost, LagResponse Lag,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] bool? Drained);

/// <summary>How far behind.</summary>
/// <param name="Entries">Entries that are not committed.</param>
/// <param name="Seconds">Age of the oldest of them.</param>
public sealed record LagResponse(long Entries, double Seconds);

/// <summary>A page of customers.</summary>
/// <param name="Customers">Customers.</param>
/// <param name="Next">The cursor of the next page; null = there is none.</param>
public sealed record CustomerListResponse(IReadOnlyList<CustomerRow> Customers, string? Next);

/// <summary>A customer in a listing.</summary>
/// <param name="CustomerId">The id as URLs carry it.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Applied">The position that the stored profile was folded to.</param>
public sealed record CustomerRow(string CustomerId, int Partition, long Applied);

/// <summary>The log and its owners.</summary>
/// <param name="Lag">The sum of entries and the highest age of all partitions.</param>
/// <param name="Partitions">Each partition.</param>
public sealed record LogResponse(LagResponse Lag, IReadOnlyList<PartitionResponse> Partitions);

/// <summary>A partition and its owner.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Owned">Whether its owner answers; if not, the rest is what it last said.</param>
/// <param name="Silo">Where the owner runs.</param>
/// <param name="Epoch">The owner's tenure.</param>
/// <param name="Generation">The log's generation, hexadecimal.</param>
/// <param name="Tail">The highest position of the log.</param>
/// <param name="Cursor">The position that the owner has taken.</param>
/// <param name="Committed">The position that is committed.</param>
/// <param name="Lag">Tail less committed.</param>
/// <param name="AgeSeconds">Age of the oldest entry that is not committed.</param>
/// <param name="Dirty">Customers with unsaved entries.</param>
/// <param name="Parked">Parked customers.</param>
/// <param name="Throttled">Customers whose events are refused for now.</param>
/// <param name="Folded">Entries folded under this tenure.</param>
/// <param name="Stored">What the store holds of the partition; null if its owner does not answer.</param>
public sealed record PartitionResponse(
    int Partition, bool Owned, string? Silo, long Epoch, string? Generation, long Tail, long Cursor, long Committed, long Lag, double AgeSeconds, int Dirty, int Parked, int Throttled, long Folded,
    StoredPartitionResponse? Stored);

/// <summary>What the store holds of a partition.</summary>
/// <param name="DeadLetters">Entries that were set aside.</param>
/// <param name="Lost">Entries that are known to have been lost by logs that went back.</param>
/// <param name="OutboxHead">The highest number of the outbox.</param>
/// <param name="Consumers">Who reads the outbox, and how far.</param>
/// <param name="Parks">Customers that did not answer, and from which position on their entries wait.</param>
public sealed record StoredPartitionResponse(long DeadLetters, long Lost, long OutboxHead, IReadOnlyList<ConsumerResponse> Consumers, IReadOnlyList<ParkResponse> Parks);

/// <summary>A consumer of a partition's outbox.</summary>
/// <param name="Consumer">Who.</param>
/// <param name="Saved">The number up to which it has saved what it read.</param>
/// <param name="Lag">Outbox head less saved.</param>
public sealed record ConsumerResponse(string Consumer, long Saved, long Lag);

/// <summary>A parked customer.</summary>
/// <param name="CustomerId">The id as URLs carry it.</param>
/// <param name="From">The first position that waits.</param>
public sealed record ParkResponse(string CustomerId, long From);

/// <summary>A page of dead letters.</summary>
/// <param name="DeadLetters">Dead letters.</param>
/// <param name="Next">The cursor of the next page; null = there is none.</param>
public sealed record DeadLetterListResponse(IReadOnlyList<DeadLetterResponse> DeadLetters, string? Next);

/// <summary>An entry that the fold rejected, or that cannot be read.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Position">Its position.</param>
/// <param name="LoggedAt">When it was appended.</param>
/// <param name="CustomerId">Whose entry it is; null if it cannot be read.</param>
/// <param name="Reason">Why it has no effect.</param>
/// <param name="State"><c>open</c> or <c>redriving</c>.</param>
/// <param name="Kind">What it is about; null if it cannot be read.</param>
/// <param name="EventId">Its id; null if it cannot be read.</param>
/// <param name="EventTime">When it happened; null if it cannot be read.</param>
/// <param name="Payload">What it says; only where one is asked for.</param>
/// <param name="Bytes">The entry itself in Base64; only where one is asked for.</param>
public sealed record DeadLetterResponse(
    int Partition, long Position, DateTime LoggedAt, string? CustomerId, string Reason, string State, string? Kind, string? EventId, DateTime? EventTime,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] JsonElement? Payload = null,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] byte[]? Bytes = null);

/// <summary>A dead letter was appended again.</summary>
/// <param name="Position">The position of the new entry in the same partition.</param>
public sealed record RedriveResponse(long Position);

/// <summary>The time to move on to.</summary>
/// <param name="At">ISO 8601 with an offset.</param>
public sealed record ClockRequest(DateTimeOffset At);

/// <summary>Event time moved on.</summary>
/// <param name="At">The new time.</param>
/// <param name="Partitions">In how many partitions.</param>
public sealed record ClockResponse(DateTime At, int Partitions);
