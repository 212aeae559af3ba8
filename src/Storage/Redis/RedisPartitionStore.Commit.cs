using Personalization.Partitions;
using Personalization.Stores;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

internal sealed partial class RedisPartitionStore
{
    private const int ScanStep = 512;

    private static readonly RedisScript s_commit = RedisScript.Load("store_fence", "store_commit");

    /// <inheritdoc />
    public async ValueTask<CommitReply> Commit(CommitChunk chunk, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        var keys = _keys.Partitions[chunk.Partition];
        var names = new List<RedisKey>(13 + (chunk.Customers.Count * 3))
        {
            keys.State, keys.Head, keys.Log, keys.Counters, keys.Parks, keys.Consumers, keys.Outbox, keys.Letters, keys.LettersOrder, keys.WakeUps, keys.Tombstones, keys.Journals, keys.Slots,
        };
        var arguments = new List<RedisValue>(9 + (chunk.Customers.Count * 24));
        AddFence(arguments, chunk.Fence, chunk.Highest);
        arguments.Add(chunk.Customers.Count);
        arguments.Add(_time.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var write in chunk.Customers)
        {
            var slot = PartitionMap.SlotOf(write.Customer);
            names.AddRange(CustomerKeys(keys, slot, write.Customer.Text));
            Add(arguments, write, slot);
            AddErased(arguments, write.ErasedAt > 0 ? await FindErased(chunk.Partition, write, cancellation).ConfigureAwait(false) : []);
        }

        var answer = (RedisResult[])(await Run(s_commit, [.. names], [.. arguments], cancellation).ConfigureAwait(false))!;
        return new CommitReply(Owner(answer), [.. answer.Skip(2).Select(outcome => (CommitOutcome)(int)outcome)]);
    }

    private static void Add(List<RedisValue> arguments, CustomerWrite write, int slot)
    {
        arguments.Add(PartitionKeys.Member(slot, write.Customer.Text));
        arguments.Add(write.Customer.Text);
        arguments.Add(write.Base);
        arguments.Add(write.Applied);
        arguments.Add(RedisLogHead.Hex(write.AppliedHash));
        arguments.Add(write.NextWakeUp is { } due ? due : "");
        arguments.Add(write.IsTombstone ? 1 : 0);
        arguments.Add(write.ClearsPark ? 1 : 0);
        arguments.Add(write.ErasedAt);
        arguments.Add(StoredCustomer.Encode(write));
        var segment = write.Journal is { } journal && journal.Last > write.ErasedAt ? journal : null;
        arguments.Add(segment is null ? "" : StoredRecords.Encode(segment));
        arguments.Add(segment?.WrittenAt ?? 0);

        arguments.Add(write.Outbox.Count);
        foreach (var item in write.Outbox) arguments.Add(StoredRecords.Encode(write.Customer, item));

        var count = arguments.Count;
        arguments.Add(0);
        foreach (var letter in write.DeadLetters)
        {
            if (letter.Position <= write.ErasedAt) continue;
            arguments.Add(letter.Position);
            arguments.Add(StoredRecords.Encode(letter));
        }

        arguments[count] = (arguments.Count - count - 1) / 2;
        arguments.Add(write.Counters.Count);
        foreach (var (name, change) in write.Counters)
        {
            arguments.Add(name);
            arguments.Add(change);
        }
    }

    private static void AddErased(List<RedisValue> arguments, List<(bool IsLetter, long Number)> erased)
    {
        arguments.Add(erased.Count);
        foreach (var (isLetter, number) in erased)
        {
            arguments.Add(isLetter ? "d" : "o");
            arguments.Add(number);
        }
    }

    /// <summary>
    /// The customer's dead letters up to the erasure and its outbox rows. They are looked for before the script runs, so that Redis is not held up by
    /// the search: whatever of this customer were written in between would have moved its version, and then this write is refused.
    /// </summary>
    private async Task<List<(bool IsLetter, long Number)>> FindErased(int partition, CustomerWrite write, CancellationToken cancellation)
    {
        var found = new List<(bool, long)>();
        for (var after = 0L; await ReadDeadLetters(partition, after, ScanStep, cancellation).ConfigureAwait(false) is { Count: > 0 } letters; after = letters[^1].Position)
        {
            if (letters[0].Position > write.ErasedAt) break;
            found.AddRange(letters.Where(letter => letter.Customer == write.Customer && letter.Position <= write.ErasedAt).Select(letter => (true, letter.Position)));
        }

        for (var after = 0L; await ReadOutbox(partition, after, ScanStep, cancellation).ConfigureAwait(false) is { Rows.Count: > 0 } page; after = page.Rows[^1].Number)
            found.AddRange(page.Rows.Where(row => row.Customer == write.Customer).Select(row => (false, row.Number)));
        return found;
    }
}
