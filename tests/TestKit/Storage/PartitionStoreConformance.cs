using System.Text;
using Personalization.Partitions;
using Personalization.Stores;
using Xunit;

namespace Personalization.TestKit.Storage;

/// <summary>What every partition store does, whatever it is made of: tenures, commits, positions, generations and parks.</summary>
public abstract class PartitionStoreConformance : PartitionStoreSuite
{
    [Fact]
    public async Task A_new_partition_has_no_tenure_no_position_and_no_customers()
    {
        var state = await Store.ReadPartition(2);
        Assert.Equal((Epoch.None, 0UL, 0L, 0L, 0L), (state.Epoch, state.Generation, state.Position, state.HighestPosition, state.OutboxHead));
        Assert.Empty(state.Parks);
        Assert.Empty(state.Counters);
        Assert.Null(await Store.ReadCustomer(2, Key("a")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    [InlineData(23)]
    public async Task A_row_that_is_not_what_was_written_says_so_until_it_is_written_anew(int bit)
    {
        await Claim();
        await Commit(Change("ann", 0, 5), Change("bob", 0, 6));
        await Fixture.Reopen();
        Assert.False((await Store.ReadCustomer(0, Key("ann")))!.IsDamaged);
        await Fixture.FlipBit(Key("ann"), bit);
        var damaged = (await Store.ReadCustomer(0, Key("ann")))!;
        Assert.Equal((true, 5), (damaged.IsDamaged, damaged.Applied));
        Assert.False((await Store.ReadCustomer(0, Key("bob")))!.IsDamaged);

        Assert.Equal([CommitOutcome.Written], await Commit(Change("ann", 5, 9, "new")));
        Assert.False((await Store.ReadCustomer(0, Key("ann")))!.IsDamaged);
        Assert.Equal("new", await Row("ann"));
    }

    [Fact]
    public async Task A_claim_raises_the_counter_and_a_repeat_of_it_changes_nothing()
    {
        Assert.Equal(new Epoch(1, 77), (await Store.Claim(0, 77)).Epoch);
        Assert.Equal(new Epoch(1, 77), (await Store.Claim(0, 77)).Epoch);
        Assert.Equal(new Epoch(2, 78), (await Store.Claim(0, 78)).Epoch);
        await Fixture.Reopen();
        Assert.Equal(new Epoch(2, 78), (await Store.ReadPartition(0)).Epoch);
        Assert.Equal(Epoch.None, (await Store.ReadPartition(1)).Epoch);
    }

    [Fact]
    public async Task Of_claims_at_the_same_time_each_is_told_its_own_tenure()
    {
        var tenures = await Task.WhenAll(Enumerable.Range(1, 64).Select(nonce => Task.Run(async () => (Nonce: (ulong)nonce, (await Store.Claim(0, (ulong)nonce)).Epoch))));
        Assert.All(tenures, tenure => Assert.Equal(tenure.Nonce, tenure.Epoch.Nonce));
        Assert.Equal(Enumerable.Range(1, 64).Select(counter => (long)counter), tenures.Select(tenure => (long)tenure.Epoch.Counter).Order());
    }

    [Fact]
    public async Task What_is_committed_is_read_back_also_after_reopening()
    {
        await Claim();
        Assert.Equal([CommitOutcome.Written, CommitOutcome.Written], await Commit(Change("a", 0, 4, "alpha"), Change("b", 0, 7, "beta")));
        await Fixture.Reopen();
        var record = await Store.ReadCustomer(0, Key("a"));
        Assert.NotNull(record);
        Assert.Equal((4, 3, "alpha", "side of alpha", false), (record.Applied, record.FoldVersion, Encoding.UTF8.GetString(record.Row), Encoding.UTF8.GetString(record.Side), record.IsTombstone));
        var state = await Store.ReadPartition(0);
        Assert.Equal((7L, FilledLog.HashOf(7), 0L), (state.HighestPosition, state.HighestHash, state.Position));
        Assert.Null(await Store.ReadCustomer(1, Key("a")));
    }

    [Fact]
    public async Task A_write_upon_the_stored_version_is_written()
    {
        await Claim();
        await Commit(Change("a", 0, 4));
        Assert.Equal([CommitOutcome.Written], await Commit(Change("a", 4, 9, "later")));
        Assert.Equal("later", await Row("a"));
    }

    [Fact]
    public async Task A_commit_that_comes_twice_is_written_once_with_all_that_belongs_to_it()
    {
        await Claim();
        await Store.RegisterConsumer(0, "c");
        var write = Change("a", 0, 4) with { Outbox = [Item("x")], Counters = new Dictionary<string, long> { ["events"] = 2 }, DeadLetters = [Letter(3, "a")], Journal = new JournalSegment(1, 4, 100, [1]) };
        await Commit(write);
        await Fixture.Reopen();
        Assert.Equal([CommitOutcome.Already], await Commit(write));
        var state = await Store.ReadPartition(0);
        Assert.Equal((1, 2, 1), (state.OutboxHead, state.Counters["events"], state.DeadLetters));
        Assert.Single(await Store.ReadJournal(0, Key("a"), 0, 10));
    }

    [Fact]
    public async Task A_commit_that_comes_late_changes_nothing()
    {
        await Claim();
        var late = Change("a", 0, 4, "old") with { NextWakeUp = 5, Outbox = [Item("x")] };
        await Commit(late);
        await Commit(Change("a", 4, 9, "new"));
        Assert.Equal([CommitOutcome.Already], await Commit(late));
        Assert.Equal("new", await Row("a"));
        Assert.Empty(await Store.ReadWakeUps(0, 10, 10));
        Assert.Equal(1, (await Store.ReadPartition(0)).OutboxHead);
    }

    [Fact]
    public async Task A_write_upon_another_version_is_a_conflict_and_the_others_of_the_chunk_are_written()
    {
        await Claim();
        await Commit(Change("a", 0, 4, "first"));
        Assert.Equal(
            [CommitOutcome.Written, CommitOutcome.Conflict, CommitOutcome.Conflict, CommitOutcome.Already],
            await Commit(Change("b", 0, 5), Change("a", 3, 6, "wrong") with { Counters = new Dictionary<string, long> { ["n"] = 1 } }, Change("c", 2, 7), Change("a", 2, 4)));
        Assert.Equal(("first", "row", null), (await Row("a"), await Row("b"), await Row("c")));
        Assert.Empty((await Store.ReadPartition(0)).Counters);
    }

    [Fact]
    public async Task A_row_that_was_written_is_no_longer_without_a_row()
    {
        await Claim();
        await Commit(Change("a", 0, 4));
        Assert.Equal([CommitOutcome.Conflict], await Commit(Change("a", 0, 6)));
    }

    [Fact]
    public async Task Nothing_is_written_under_another_tenure()
    {
        await Claim(1);
        var former = Fence;
        await Commit(Change("a", 0, 4));
        await Claim(2);
        await Grow(9);
        var reply = await Store.Commit(new CommitChunk(0, former, [Change("a", 4, 9)]));
        Assert.Equal(OwnerWriteStatus.StaleEpoch, reply.Owner.Status);
        Assert.Empty(reply.Outcomes);
        Assert.Equal(OwnerWriteStatus.StaleEpoch, (await Store.Advance(new PositionAdvance(0, former, Entry(9), 0, []))).Status);
        Assert.Equal(OwnerWriteStatus.StaleEpoch, (await Store.Park(0, former, Key("a"), Entry(5))).Status);
        Assert.Equal(OwnerWriteStatus.StaleEpoch, (await Store.AdoptGeneration(0, former with { Generation = 5 }, 0, 0, 0)).Status);
        Assert.Equal(OwnerWriteStatus.StaleEpoch, (await Store.Commit(new CommitChunk(0, Fence with { Epoch = new Epoch(Epoch.Counter, 999) }, []))).Owner.Status);
        Assert.Equal(OwnerWriteStatus.StaleEpoch, (await Store.Commit(new CommitChunk(1, Fence, [Change("a", 0, 4)]))).Owner.Status);
        var state = await Store.ReadPartition(0);
        Assert.Equal((0L, 0UL, 0), (state.Position, state.Generation, state.Parks.Count));
        Assert.Equal(4, (await Store.ReadCustomer(0, Key("a")))!.Applied);
    }

    [Fact]
    public async Task Commits_that_wait_together_each_have_their_own_outcome()
    {
        await Claim();
        await Grow(40);
        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Store.Commit(new CommitChunk(
            0, i % 4 == 3 ? Fence with { Epoch = new Epoch(Epoch.Counter + 1, 5) } : Fence, [Change($"k{i}", 0, i + 1), Change("shared", 0, i + 1)])).AsTask()));
        Assert.All(replies.Where((_, i) => i % 4 == 3), reply => Assert.Equal(OwnerWriteStatus.StaleEpoch, reply.Owner.Status));
        var written = replies.Where((_, i) => i % 4 != 3).ToArray();
        Assert.All(written, reply => Assert.Equal(CommitOutcome.Written, reply.Outcomes[0]));
        Assert.Single(written, reply => reply.Outcomes[1] == CommitOutcome.Written);
        Assert.Equal(31, (await Store.ListCustomers(0, null, 100)).Count);
    }

    [Fact]
    public async Task Counters_are_summed_over_customers_and_commits()
    {
        await Claim();
        await Commit(
            Change("a", 0, 1) with { Counters = new Dictionary<string, long> { ["views"] = 3, ["revenue"] = 5_000_000 } },
            Change("b", 0, 2) with { Counters = new Dictionary<string, long> { ["views"] = 4 } });
        await Commit(Change("a", 1, 3) with { Counters = new Dictionary<string, long> { ["views"] = -2, ["revenue"] = -1 } });
        await Fixture.Reopen();
        Assert.Equal(new Dictionary<string, long> { ["views"] = 5, ["revenue"] = 4_999_999 }, (await Store.ReadPartition(0)).Counters.ToDictionary());
    }

    [Fact]
    public async Task Counters_are_exact_beyond_what_a_double_holds()
    {
        const long beyond = (1L << 53) + 1;
        await Claim();
        await Commit(
            Change("a", 0, 1) with { Counters = new Dictionary<string, long> { ["n"] = beyond, ["m"] = 1 } },
            Change("b", 0, 2) with { Counters = new Dictionary<string, long> { ["n"] = beyond, ["m"] = (1L << 52) - 1 } },
            Change("c", 0, 3) with { Counters = new Dictionary<string, long> { ["n"] = long.MaxValue - (2 * beyond), ["m"] = (1L << 52) - 1 } });
        await Commit(Change("a", 1, 4) with { Counters = new Dictionary<string, long> { ["n"] = -beyond, ["m"] = 1 } });
        await Fixture.Reopen();
        Assert.Equal(new Dictionary<string, long> { ["m"] = 1L << 53, ["n"] = long.MaxValue - beyond }, (await Store.ReadPartition(0)).Counters.OrderBy(pair => pair.Key).ToDictionary());
    }

    [Fact]
    public async Task The_position_moves_forward_only()
    {
        await Claim();
        Assert.True(await Advance(5, newest: 100));
        Assert.True(await Advance(3, newest: 900, Letter(2)));
        Assert.True(await Advance(5, newest: 900));
        await Fixture.Reopen();
        var state = await Store.ReadPartition(0);
        Assert.Equal((5L, FilledLog.HashOf(5), 100L, 0L), (state.Position, state.PositionHash, state.NewestEventTime, state.DeadLetters));
        Assert.True(await Advance(8, newest: 50));
        state = await Store.ReadPartition(0);
        Assert.Equal((8L, FilledLog.HashOf(8), 100L), (state.Position, state.PositionHash, state.NewestEventTime));
    }

    [Fact]
    public async Task The_highest_position_is_that_of_rows_parks_and_the_position_with_its_hash()
    {
        await Claim();
        await Commit(Change("a", 0, 9), Change("b", 0, 4));
        await Advance(6);
        Assert.Equal((9L, FilledLog.HashOf(9)), Highest(await Store.ReadPartition(0)));
        await Advance(12);
        Assert.Equal((12L, FilledLog.HashOf(12)), Highest(await Store.ReadPartition(0)));
        await Park("a", 10);
        Assert.Equal((12L, FilledLog.HashOf(12)), Highest(await Store.ReadPartition(0)));
        await Park("b", 15);
        Assert.Equal((15L, 0UL), Highest(await Store.ReadPartition(0)));

        static (long, ulong) Highest(PartitionState state) => (state.HighestPosition, state.HighestHash);
    }

    [Fact]
    public async Task Unreadable_entries_are_written_with_the_position_once()
    {
        await Claim();
        await Advance(5, 0, Letter(2), Letter(4));
        Assert.True(await Store.SetDeadLetterState(0, 2, DeadLetterState.Open, DeadLetterState.Redriving));
        await Advance(5, 0, Letter(2), Letter(4));
        await Advance(6, 0, Letter(2));
        var letters = await Store.ReadDeadLetters(0, 0, 10);
        Assert.Equal([(2L, DeadLetterState.Redriving), (4L, DeadLetterState.Open)], letters.Select(letter => (letter.Position, letter.State)));
        Assert.Null(letters[0].Customer);
    }

    [Fact]
    public async Task A_generation_is_adopted_once_with_position_and_loss()
    {
        await Claim();
        await Commit(Change("a", 0, 9));
        await Advance(6);
        var first = Fence.Generation;
        Assert.Equal(OwnerWriteStatus.Written, (await Store.AdoptGeneration(0, Fence, 0, 0, 0)).Status);
        var second = Fence with { Generation = (await Log.StartGeneration(0, first, 9)).Generation };
        Assert.Equal(OwnerWriteStatus.Written, (await Store.AdoptGeneration(0, second, 6, 66, 3)).Status);
        Assert.Equal(OwnerWriteStatus.Written, (await Store.AdoptGeneration(0, second, 4, 44, 5)).Status);
        await Fixture.Reopen();
        var state = await Store.ReadPartition(0);
        Assert.Equal((second.Generation, 6L, 66UL, 3L, 9L, 0UL), (state.Generation, state.Position, state.PositionHash, state.Lost, state.HighestPosition, state.HighestHash));
        Assert.Equal(OwnerWriteStatus.WentBack, (await Store.AdoptGeneration(0, Fence, 6, 66, 4)).Status);
        var third = Fence with { Generation = (await Log.StartGeneration(0, second.Generation, 9)).Generation };
        await Store.AdoptGeneration(0, third, 6, 66, 4);
        Assert.Equal(7, (await Store.ReadPartition(0)).Lost);
    }

    [Fact]
    public async Task A_park_keeps_its_lowest_start_and_ends_with_the_commit_that_reaches_everything()
    {
        await Claim();
        Assert.True(await Park("a", 5));
        Assert.True(await Park("a", 8));
        await Park("b", 7);
        await Fixture.Reopen();
        Assert.Equal(new Dictionary<CustomerKey, long> { [Key("a")] = 5, [Key("b")] = 7 }, (await Store.ReadPartition(0)).Parks.ToDictionary());
        await Park("a", 3);
        await Commit(Change("a", 0, 9));
        Assert.Equal(3, (await Store.ReadPartition(0)).Parks[Key("a")]);
        await Commit(Change("a", 9, 10) with { ClearsPark = true }, Change("b", 5, 8) with { ClearsPark = true });
        Assert.Equal([Key("b")], (await Store.ReadPartition(0)).Parks.Keys);
    }

    [Fact]
    public async Task A_late_commit_does_not_end_a_park_that_begins_above_it()
    {
        await Claim();
        var write = Change("a", 0, 9) with { ClearsPark = true };
        await Park("a", 4);
        await Commit(write);
        Assert.Empty((await Store.ReadPartition(0)).Parks);
        await Park("a", 12);
        Assert.Equal([CommitOutcome.Already], await Commit(write));
        Assert.Equal(12, (await Store.ReadPartition(0)).Parks[Key("a")]);
    }
}
