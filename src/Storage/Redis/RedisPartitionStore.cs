using System.Globalization;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>
/// What the folds have come to, in Redis. Every write is one script over keys that share the partition's hash tag: atomic, and refused there when another
/// tenure began. Writes of the owner here, commits and reads in the other parts.
/// </summary>
internal sealed partial class RedisPartitionStore : IPartitionStore
{
    private const int PruneStep = 128;

    private static readonly RedisScript s_claim = RedisScript.Load("store_claim");
    private static readonly RedisScript s_adopt = RedisScript.Load("store_fence", "store_adopt");
    private static readonly RedisScript s_advance = RedisScript.Load("store_fence", "store_advance");
    private static readonly RedisScript s_park = RedisScript.Load("store_fence", "store_park");
    private static readonly RedisScript s_consumer = RedisScript.Load("store_consumer");
    private static readonly RedisScript s_letter = RedisScript.Load("store_letter");
    private static readonly RedisScript s_pruneJournals = RedisScript.Load("store_prune_journals");
    private static readonly RedisScript s_pruneTombstones = RedisScript.Load("store_prune_tombstones");

    private readonly IDatabase _database;
    private readonly RedisKeys _keys;
    private readonly TimeProvider _time;

    /// <summary>Makes a store over an open connection.</summary>
    public RedisPartitionStore(IConnectionMultiplexer connection, RedisKeys keys, TimeProvider time)
    {
        _database = connection.GetDatabase();
        _keys = keys;
        _time = time;
    }

    /// <inheritdoc />
    public ValueTask<PartitionState> Claim(int partition, ulong nonce, long above = 0, CancellationToken cancellation = default)
    {
        // In one transaction: were another claim to come between, its epoch would be read here, and two owners would hold it.
        var keys = _keys.Partitions[partition];
        return ReadPartition(partition, transaction => s_claim.Queue(transaction, [keys.State], [RedisLogHead.Hex(nonce), above]), cancellation);
    }

    /// <inheritdoc />
    public ValueTask<OwnerWriteReply> AdoptGeneration(
        int partition, OwnerFence fence, long position, ulong positionHash, long lost, CancellationToken cancellation = default) =>
        Write(s_adopt, partition, [], fence, default, [position, RedisLogHead.Hex(positionHash), lost], cancellation);

    /// <inheritdoc />
    public ValueTask<OwnerWriteReply> Advance(PositionAdvance advance, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(advance);
        var keys = _keys.Partitions[advance.Partition];
        var arguments = new List<RedisValue>(1 + (advance.Unreadable.Count * 2)) { advance.NewestEventTime };
        foreach (var letter in advance.Unreadable)
        {
            arguments.Add(letter.Position);
            arguments.Add(StoredRecords.Encode(letter));
        }

        return Write(s_advance, advance.Partition, [keys.Letters, keys.LettersOrder], advance.Fence, advance.Entry, arguments, cancellation);
    }

    /// <inheritdoc />
    public ValueTask<OwnerWriteReply> Park(int partition, OwnerFence fence, CustomerKey customer, EntryMark from, CancellationToken cancellation = default) =>
        Write(s_park, partition, [_keys.Partitions[partition].Parks], fence, from, [customer.Text], cancellation);

    /// <inheritdoc />
    public async ValueTask<long> RegisterConsumer(int partition, string consumer, CancellationToken cancellation = default) =>
        (long)await Consumer(partition, "register", consumer, 0, cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask SaveConsumer(int partition, string consumer, long number, CancellationToken cancellation = default) =>
        await Consumer(partition, "save", consumer, number, cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask RemoveConsumer(int partition, string consumer, CancellationToken cancellation = default) =>
        await Consumer(partition, "remove", consumer, 0, cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<bool> SetDeadLetterState(
        int partition, long position, DeadLetterState expected, DeadLetterState next, CancellationToken cancellation = default)
    {
        var keys = _keys.Partitions[partition];
        return (int)await Run(s_letter, [keys.Letters, keys.LettersOrder], [position, (int)expected, (int)next], cancellation).ConfigureAwait(false) == 1;
    }

    /// <inheritdoc />
    public async ValueTask Prune(int partition, long journalBefore, long tombstonesBefore, CancellationToken cancellation = default)
    {
        // In steps, so that commits do not wait for a long deletion. Each step leaves nothing of what it was given below the time, so the loops end.
        var keys = _keys.Partitions[partition];
        while (await Oldest(keys.Journals, journalBefore, cancellation).ConfigureAwait(false) is { Count: > 0 } journals)
        {
            await Run(
                s_pruneJournals,
                [keys.Journals, .. journals.Select(customer => keys.Journal(customer.Slot, customer.Key))],
                [journalBefore, .. journals.Select(customer => (RedisValue)customer.Member)],
                cancellation).ConfigureAwait(false);
        }

        while (await Oldest(keys.Tombstones, tombstonesBefore, cancellation).ConfigureAwait(false) is { Count: > 0 } tombstones)
        {
            await Run(
                s_pruneTombstones,
                [keys.Tombstones, keys.WakeUps, keys.Journals, .. tombstones.SelectMany(customer => CustomerKeys(keys, customer.Slot, customer.Key))],
                [tombstonesBefore, .. tombstones.SelectMany(customer => new RedisValue[] { customer.Member, customer.Key })],
                cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>An owner's write: the keys and arguments of the fence come first (<c>store_fence.lua</c>).</summary>
    private async ValueTask<OwnerWriteReply> Write(
        RedisScript script, int partition, RedisKey[] others, OwnerFence fence, EntryMark highest, List<RedisValue> rest, CancellationToken cancellation)
    {
        var keys = _keys.Partitions[partition];
        var arguments = new List<RedisValue>(7 + rest.Count);
        AddFence(arguments, fence, highest);
        arguments.AddRange(rest);
        return Owner((RedisResult[])(await Run(script, [keys.State, keys.Head, keys.Log, .. others], [.. arguments], cancellation).ConfigureAwait(false))!);
    }

    private static void AddFence(List<RedisValue> arguments, in OwnerFence fence, in EntryMark highest)
    {
        arguments.Add(fence.Epoch.Counter);
        arguments.Add(RedisLogHead.Hex(fence.Epoch.Nonce));
        arguments.Add(RedisLogHead.Hex(fence.Generation));
        arguments.Add(fence.Writes);
        arguments.Add(highest.Position);
        arguments.Add(highest.LogTime);
        arguments.Add(RedisLogHead.Hex(highest.Hash));
    }

    private static OwnerWriteReply Owner(RedisResult[] answer) => new((OwnerWriteStatus)(int)answer[0], (long)answer[1]);

    private static RedisKey[] CustomerKeys(PartitionKeys keys, int slot, string customer) => [keys.Versions(slot), keys.Rows(slot), keys.Journal(slot, customer)];

    private async Task<List<(string Member, int Slot, string Key)>> Oldest(RedisKey order, long before, CancellationToken cancellation)
    {
        var members = await _database.SortedSetRangeByScoreAsync(order, double.NegativeInfinity, Score(before), Exclude.Stop, Order.Ascending, 0, PruneStep).Answer(_database, cancellation).ConfigureAwait(false);
        return [.. members.Select(member =>
        {
            var (slot, key) = PartitionKeys.Split(member.ToString());
            return (member.ToString(), slot, key);
        })];
    }

    private Task<RedisResult> Consumer(int partition, string what, string consumer, long number, CancellationToken cancellation)
    {
        var keys = _keys.Partitions[partition];
        return Run(s_consumer, [keys.State, keys.Consumers, keys.Outbox], [what, consumer, number], cancellation);
    }

    /// <summary>Times beyond what a score holds exactly stand for "always".</summary>
    private static double Score(long time) => time > 1L << 53 ? double.PositiveInfinity : time;

    private async Task<RedisResult> Run(RedisScript script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return await script.Run(_database, keys, arguments).Answer(_database, cancellation).ConfigureAwait(false);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
