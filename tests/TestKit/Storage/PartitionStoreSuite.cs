using System.Text;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Xunit;

namespace Personalization.TestKit.Storage;

/// <summary>What the suites over a partition store share: the fixture, and short ways to build writes.</summary>
public abstract class PartitionStoreSuite : IAsyncLifetime
{
    private PartitionStoreFixture? _fixture;

    /// <summary>The back end under test.</summary>
    protected PartitionStoreFixture Fixture => _fixture!;

    /// <summary>The store under test.</summary>
    protected IPartitionStore Store => Fixture.Store;

    /// <summary>The present tenure of partition 0, once claimed.</summary>
    protected Epoch Epoch { get; private set; }

    /// <summary>Makes an empty store.</summary>
    protected abstract ValueTask<PartitionStoreFixture> Create();

    /// <inheritdoc />
    public async ValueTask InitializeAsync() => _fixture = await Create();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_fixture is not null) await _fixture.DisposeAsync();
    }

    /// <summary>The log beside it.</summary>
    protected IPartitionLog Log => Fixture.Log;

    /// <summary>What an owner of partition 0 builds on under the present tenure.</summary>
    protected OwnerFence Fence { get; private set; }

    /// <summary>Claims partition 0.</summary>
    protected async Task Claim(ulong nonce = 77)
    {
        Epoch = (await Store.Claim(0, nonce)).Epoch;
        Fence = new OwnerFence(Epoch, (await Log.ReadHead(0)).Generation);
    }

    /// <summary>Sees to it that partition 0 of the log ends at a position or above it.</summary>
    protected async Task Grow(long upTo) => await FilledLog.UpTo(Log, upTo);

    /// <summary>The entry at a position of a log that was grown.</summary>
    protected static EntryMark Entry(long position) => new(position, 0, FilledLog.HashOf(position));

    /// <summary>A customer's key.</summary>
    protected static CustomerKey Key(string id) => CustomerKey.Create("default", CustomerKeyKind.Customer, id);

    /// <summary>Bytes that stand for a text.</summary>
    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A write that changes a customer's row.</summary>
    protected static CustomerWrite Change(string id, long from, long to, string row = "row") => new()
    {
        Customer = Key(id),
        Base = from,
        Applied = to,
        FoldVersion = 3,
        Row = Bytes(row),
        Side = Bytes("side of " + row),
        AppliedHash = FilledLog.HashOf(to),
    };

    /// <summary>An outbox item.</summary>
    protected static OutboxItem Item(string text) => new("fact", Bytes(text));

    /// <summary>A dead letter.</summary>
    protected static DeadLetter Letter(long position, string? id = null) => new(position, 5000 + position, id is null ? null : Key(id), $"reason {position}", Bytes($"letter {position}"));

    /// <summary>Commits writes to partition 0 under the present tenure.</summary>
    protected async Task<IReadOnlyList<CommitOutcome>> Commit(params CustomerWrite[] writes)
    {
        var chunk = new CommitChunk(0, Fence, writes);
        await Grow(chunk.Highest.Position);
        var reply = await Store.Commit(chunk);
        Assert.Equal(OwnerWriteStatus.Written, reply.Owner.Status);
        return reply.Outcomes;
    }

    /// <summary>Moves the position of partition 0 under the present tenure.</summary>
    protected async Task<bool> Advance(long position, long newest = 0, params DeadLetter[] unreadable)
    {
        await Grow(position);
        return (await Store.Advance(new PositionAdvance(0, Fence, Entry(position), newest, unreadable))).Status == OwnerWriteStatus.Written;
    }

    /// <summary>Parks a customer of partition 0 under the present tenure.</summary>
    protected async Task<bool> Park(string id, long from)
    {
        await Grow(from);
        return (await Store.Park(0, Fence, Key(id), Entry(from))).Status == OwnerWriteStatus.Written;
    }

    /// <summary>The row of a customer as text; null if there is none.</summary>
    protected async Task<string?> Row(string id) => await Store.ReadCustomer(0, Key(id)) is { } record ? Encoding.UTF8.GetString(record.Row) : null;

    /// <summary>The outbox of partition 0 as (number, text).</summary>
    protected async Task<IReadOnlyList<(long Number, string Text)>> Outbox(long after = 0) =>
        [.. (await Store.ReadOutbox(0, after, 1000)).Rows.Select(row => (row.Number, Encoding.UTF8.GetString(row.Item.Bytes)))];
}
