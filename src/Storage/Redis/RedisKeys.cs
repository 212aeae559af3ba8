using System.Globalization;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>
/// The names of all keys. What belongs to a partition shares the hash tag <c>{p}</c>, so that one script may touch it; rows carry the
/// customer's slot, so that the number of partitions can be changed offline. <c>docs/reliability.md</c> lists every key with its shape.
/// </summary>
internal sealed class RedisKeys
{
    private readonly string _prefix;

    /// <summary>Names the keys of an installation.</summary>
    public RedisKeys(string prefix, int partitions)
    {
        _prefix = prefix;
        Meta = $"{prefix}:meta";
        Names = $"{prefix}:{{names}}";
        Documents = [$"{prefix}:{{documents}}:versions", $"{prefix}:{{documents}}:bodies", $"{prefix}:{{documents}}:keys"];
        Partitions = new PartitionKeys[partitions];
        for (var i = 0; i < partitions; i++) Partitions[i] = new PartitionKeys(prefix, i);
    }

    /// <summary>HASH: <c>schema</c>, <c>partitions</c>.</summary>
    public RedisKey Meta { get; }

    /// <summary>HASH: a name's hash (16 hexadecimal digits) → the name.</summary>
    public RedisKey Names { get; }

    /// <summary>HASH key → version; HASH key → body; ZSET of the keys, all scores 0, for listings in byte order.</summary>
    public RedisKey[] Documents { get; }

    /// <summary>The keys of each partition.</summary>
    public PartitionKeys[] Partitions { get; }

    /// <inheritdoc />
    public override string ToString() => _prefix;
}

/// <summary>The keys of one partition.</summary>
internal sealed class PartitionKeys
{
    private readonly string _base;

    public PartitionKeys(string prefix, int partition)
    {
        _base = string.Create(CultureInfo.InvariantCulture, $"{prefix}:{{{partition}}}:");
        Head = _base + "head";
        Log = _base + "log";
        Writers = _base + "writers";
        Tail = RedisChannel.Literal(_base + "tail");
        State = _base + "state";
        Counters = _base + "counters";
        Parks = _base + "parks";
        Consumers = _base + "consumers";
        Outbox = _base + "outbox";
        Letters = _base + "letters";
        LettersOrder = _base + "letters:order";
        WakeUps = _base + "wakeups";
        Tombstones = _base + "tombstones";
        Journals = _base + "journals";
        Slots = _base + "slots";
    }

    /// <summary>HASH: the log's head.</summary>
    public RedisKey Head { get; }

    /// <summary>STREAM: entry <c>position-0</c> → <c>t</c> log time, <c>b</c> bytes, <c>h</c> hash.</summary>
    public RedisKey Log { get; }

    /// <summary>HASH: writer → its last group.</summary>
    public RedisKey Writers { get; }

    /// <summary>The channel that tells of a new tail.</summary>
    public RedisChannel Tail { get; }

    /// <summary>HASH: epoch, generation, position, outbox.</summary>
    public RedisKey State { get; }

    /// <summary>HASH: counter → sum.</summary>
    public RedisKey Counters { get; }

    /// <summary>HASH: customer → parked from.</summary>
    public RedisKey Parks { get; }

    /// <summary>HASH: consumer → outbox number saved.</summary>
    public RedisKey Consumers { get; }

    /// <summary>HASH: number → customer, kind and bytes.</summary>
    public RedisKey Outbox { get; }

    /// <summary>HASH: position → state, log time, customer, reason and bytes.</summary>
    public RedisKey Letters { get; }

    /// <summary>ZSET: the positions of <see cref="Letters"/>.</summary>
    public RedisKey LettersOrder { get; }

    /// <summary>ZSET: <see cref="Member"/> by due time.</summary>
    public RedisKey WakeUps { get; }

    /// <summary>ZSET: <see cref="Member"/> by the time of erasure.</summary>
    public RedisKey Tombstones { get; }

    /// <summary>ZSET: <see cref="Member"/> by the writing time of the oldest journal segment.</summary>
    public RedisKey Journals { get; }

    /// <summary>SET: the slots (four digits) that ever had a customer.</summary>
    public RedisKey Slots { get; }

    /// <summary>HASH: customer → applied, whether a tombstone, whether a wake-up is due.</summary>
    public RedisKey Versions(int slot) => string.Create(CultureInfo.InvariantCulture, $"{_base}versions:{slot}");

    /// <summary>HASH: customer → <see cref="StoredCustomer"/>.</summary>
    public RedisKey Rows(int slot) => string.Create(CultureInfo.InvariantCulture, $"{_base}rows:{slot}");

    /// <summary>LIST: a customer's journal segments, oldest first.</summary>
    public RedisKey Journal(int slot, string customer) => string.Create(CultureInfo.InvariantCulture, $"{_base}journal:{slot}:{customer}");

    /// <summary>A customer in the ordered sets: <c>slot:key</c> with four digits, so that equal scores are in the order of listings.</summary>
    public static string Member(int slot, string customer) => string.Create(CultureInfo.InvariantCulture, $"{slot:0000}:{customer}");

    /// <summary>Takes a member apart.</summary>
    public static (int Slot, string Customer) Split(string member) => (int.Parse(member.AsSpan(0, 4), CultureInfo.InvariantCulture), member[5..]);
}
