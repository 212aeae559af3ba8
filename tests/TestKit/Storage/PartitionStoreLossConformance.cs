using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Xunit;

namespace Personalization.TestKit.Storage;

/// <summary>What every partition store does when log and store are no longer what an owner builds on: it writes nothing of that owner.</summary>
public abstract class PartitionStoreLossConformance : PartitionStoreSuite
{
    [Fact]
    public async Task Nothing_is_written_that_was_read_in_another_generation_of_the_log()
    {
        await Claim();
        await Commit(Change("a", 0, 3));
        var next = (await Log.StartGeneration(0, Fence.Generation, 3)).Generation;
        await Grow(9);
        await AssertRefused(Fence, Entry(2));
        Assert.Equal(OwnerWriteStatus.Written, (await Store.Commit(new CommitChunk(0, Fence with { Generation = next }, [Change("a", 3, 9)]))).Owner.Status);
    }

    [Fact]
    public async Task Nothing_is_written_of_an_entry_above_the_tail()
    {
        await Claim();
        await Commit(Change("a", 0, 3), Change("b", 0, 2));
        await AssertRefused(Fence, Entry(4));

        // Also where only one customer of the chunk has folded it, and where nothing but its position is known.
        Assert.Equal(OwnerWriteStatus.WentBack, (await Store.Commit(new CommitChunk(0, Fence, [Change("b", 2, 3), Change("a", 3, 4) with { AppliedHash = 0 }]))).Owner.Status);
        Assert.Equal(2, (await Store.ReadCustomer(0, Key("b")))!.Applied);
    }

    [Fact]
    public async Task Nothing_is_written_of_an_entry_that_is_not_the_one_which_the_log_holds()
    {
        await Claim();
        await Commit(Change("a", 0, 3));
        await Grow(6);
        var time = (await Log.Read(new ReadRequest(0, 4))).Entries[0].LogTime;
        await AssertRefused(Fence, new EntryMark(5, time, 12345));
        await AssertRefused(Fence, Entry(5) with { LogTime = time - 1 });
        Assert.Equal(OwnerWriteStatus.Written, (await Store.Commit(new CommitChunk(0, Fence, [Change("a", 3, 5) with { AppliedTime = time }]))).Owner.Status);
    }

    [Fact]
    public async Task An_entry_that_was_trimmed_is_not_compared()
    {
        await Claim();
        await Commit(Change("a", 0, 3));
        await Grow(6);
        await Log.Trim(0, 5, long.MaxValue);
        Assert.True((await Store.Advance(new PositionAdvance(0, Fence, new EntryMark(4, 1, 1), 0, []))).Status == OwnerWriteStatus.Written);
        Assert.Equal(4, (await Store.ReadPartition(0)).Position);
    }

    [Fact]
    public async Task Every_write_of_an_owner_is_counted_and_a_position_that_stands_still_is_only_compared()
    {
        await Claim();
        await Grow(9);
        Assert.Equal(new OwnerWriteReply(OwnerWriteStatus.Written, 1), await Store.AdoptGeneration(0, Fence, 0, 0, 0));
        Assert.Equal(new OwnerWriteReply(OwnerWriteStatus.Written, 2), (await Store.Commit(new CommitChunk(0, Fence, [Change("a", 0, 4)]))).Owner);
        Assert.Equal(new OwnerWriteReply(OwnerWriteStatus.Written, 3), await Store.Park(0, Fence, Key("b"), Entry(5)));
        Assert.Equal(new OwnerWriteReply(OwnerWriteStatus.Written, 4), await Store.Advance(new PositionAdvance(0, Fence, Entry(4), 0, [])));
        Assert.Equal(new OwnerWriteReply(OwnerWriteStatus.Written, 4), await Store.Advance(new PositionAdvance(0, Fence, Entry(4), 0, [])));
        await Fixture.Reopen();
        Assert.Equal(4, (await Store.ReadPartition(0)).Writes);
        Assert.Equal(4, (await Store.Claim(0, 78)).Writes);
    }

    [Fact]
    public async Task A_store_that_lost_a_write_takes_none_of_the_owner_that_believes_in_it_although_the_log_is_whole()
    {
        await Claim();
        await Commit(Change("a", 0, 3));
        await Grow(9);
        await Fixture.KeepCopy();
        var written = (await Store.Commit(new CommitChunk(0, Fence, [Change("a", 3, 8)]))).Owner;
        await Fixture.RestoreCopy();
        Assert.Equal(3, (await Store.ReadCustomer(0, Key("a")))!.Applied);
        await AssertRefused(Fence with { Writes = written.Writes }, Entry(9));
        Assert.Equal(OwnerWriteStatus.WentBack, (await Store.AdoptGeneration(0, Fence with { Writes = written.Writes }, 0, 0, 0)).Status);
    }

    [Fact]
    public async Task Log_and_store_that_lost_their_last_moments_take_nothing_that_was_made_of_these()
    {
        await Claim();
        await Commit(Change("a", 0, 3));
        await Fixture.KeepCopy();
        await Grow(8);
        await Fixture.RestoreCopy();
        await AssertRefused(Fence, Entry(8));
        Fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await Grow(8);

        // Grown again with the same bytes: the log time tells that they are not the same entries.
        var again = (await Log.Read(new ReadRequest(0, 7))).Entries[0];
        await AssertRefused(Fence, again.Mark with { LogTime = again.LogTime - 1000 });
    }

    [Fact]
    public async Task A_claim_is_above_every_tenure_that_the_claimant_knows_of()
    {
        await Claim();
        Assert.Equal(new Epoch(8, 5), (await Store.Claim(0, 5, above: 7)).Epoch);
        Assert.Equal(new Epoch(8, 5), (await Store.Claim(0, 5, above: 9)).Epoch);
        Assert.Equal(new Epoch(9, 6), (await Store.Claim(0, 6, above: 3)).Epoch);
    }

    /// <summary>A commit, a position and a park are refused and leave nothing behind.</summary>
    private async Task AssertRefused(OwnerFence fence, EntryMark entry)
    {
        var before = await Store.ReadPartition(0);
        var write = Change("refused", 0, entry.Position) with { AppliedTime = entry.LogTime, AppliedHash = entry.Hash };
        Assert.Equal(OwnerWriteStatus.WentBack, (await Store.Commit(new CommitChunk(0, fence, [write]))).Owner.Status);
        Assert.Equal(OwnerWriteStatus.WentBack, (await Store.Advance(new PositionAdvance(0, fence, entry, 0, [Letter(1)]))).Status);
        Assert.Equal(OwnerWriteStatus.WentBack, (await Store.Park(0, fence, Key("refused"), entry)).Status);
        Assert.Null(await Store.ReadCustomer(0, Key("refused")));
        Assert.Equivalent(before, await Store.ReadPartition(0));
    }
}
