using System.Text;
using Personalization.Partitions;
using Personalization.Stores;
using Xunit;

namespace Personalization.TestKit.Storage;

/// <summary>What every partition store does, whatever it is made of: journals, wake-ups, outbox, dead letters, erasure, listings and pruning.</summary>
public abstract class PartitionStoreRecordsConformance : PartitionStoreSuite
{
    [Fact]
    public async Task A_journal_is_read_oldest_first_from_after_a_position()
    {
        await Claim();
        await Commit(Change("a", 0, 4) with { Journal = new JournalSegment(2, 4, 100, Bytes("one")) });
        await Commit(Change("a", 4, 9) with { Journal = new JournalSegment(6, 9, 200, Bytes("two")) }, Change("b", 0, 8) with { Journal = new JournalSegment(8, 8, 200, Bytes("other")) });
        await Commit(Change("a", 9, 12) with { Journal = new JournalSegment(12, 12, 300, Bytes("three")) });
        await Fixture.Reopen();
        var all = await Store.ReadJournal(0, Key("a"), 0, 10);
        Assert.Equal([(2L, 4L, 100L, "one"), (6L, 9L, 200L, "two"), (12L, 12L, 300L, "three")], all.Select(segment => (segment.First, segment.Last, segment.WrittenAt, Encoding.UTF8.GetString(segment.Bytes))));
        Assert.Equal([6L, 12L], (await Store.ReadJournal(0, Key("a"), 4, 10)).Select(segment => segment.First));
        Assert.Equal([2L], (await Store.ReadJournal(0, Key("a"), 3, 1)).Select(segment => segment.First));
        Assert.Empty(await Store.ReadJournal(0, Key("nobody"), 0, 10));
    }

    [Fact]
    public async Task Wake_ups_come_earliest_first_and_the_newest_write_decides()
    {
        await Claim();
        await Commit(Change("a", 0, 1) with { NextWakeUp = 300 }, Change("b", 0, 2) with { NextWakeUp = 100 }, Change("c", 0, 3) with { NextWakeUp = 200 }, Change("d", 0, 4));
        await Fixture.Reopen();
        Assert.Equal([new WakeUpRow(Key("b"), 100), new WakeUpRow(Key("c"), 200)], await Store.ReadWakeUps(0, 200, 10));
        Assert.Equal([new WakeUpRow(Key("b"), 100)], await Store.ReadWakeUps(0, 900, 1));
        await Commit(Change("b", 2, 5), Change("c", 3, 6) with { NextWakeUp = 400 });
        Assert.Equal([new WakeUpRow(Key("a"), 300), new WakeUpRow(Key("c"), 400)], await Store.ReadWakeUps(0, 400, 10));
        Assert.Empty(await Store.ReadWakeUps(1, 900, 10));
    }

    [Fact]
    public async Task Outbox_numbers_are_dense_over_customers_and_chunks()
    {
        await Claim();
        Assert.Equal(0, await Store.RegisterConsumer(0, "learner"));
        await Commit(Change("a", 0, 1) with { Outbox = [Item("a1"), Item("a2")] }, Change("b", 9, 12) with { Outbox = [Item("conflict")] }, Change("c", 0, 3) with { Outbox = [Item("c1")] });
        await Commit(Change("a", 1, 4) with { Outbox = [Item("a3")] });
        await Fixture.Reopen();
        Assert.Equal([(1L, "a1"), (2L, "a2"), (3L, "c1"), (4L, "a3")], await Outbox());
        var page = await Store.ReadOutbox(0, 1, 2);
        Assert.Equal((1, 4), (page.First, page.Head));
        Assert.Equal([(2L, Key("a")), (3L, Key("c"))], page.Rows.Select(row => (row.Number, row.Customer)));
        Assert.Equal("fact", page.Rows[0].Item.Kind);
    }

    [Fact]
    public async Task Numbers_go_on_while_nobody_consumes_and_a_consumer_begins_at_the_head()
    {
        await Claim();
        await Commit(Change("a", 0, 1) with { Outbox = [Item("unheard")] });
        var page = await Store.ReadOutbox(0, 0, 10);
        Assert.Equal((2, 1, 0), (page.First, page.Head, page.Rows.Count));
        Assert.Equal(1, await Store.RegisterConsumer(0, "late"));
        await Commit(Change("a", 1, 2) with { Outbox = [Item("heard")] });
        Assert.Equal([(2L, "heard")], await Outbox(1));
    }

    [Fact]
    public async Task Rows_are_trimmed_below_the_lowest_saved_number_of_all_consumers()
    {
        await Claim();
        await Store.RegisterConsumer(0, "fast");
        await Store.RegisterConsumer(0, "slow");
        await Commit(Change("a", 0, 1) with { Outbox = [Item("1"), Item("2"), Item("3")] });
        await Store.SaveConsumer(0, "fast", 3);
        Assert.Equal(3, (await Outbox()).Count);
        await Store.SaveConsumer(0, "slow", 2);
        await Store.SaveConsumer(0, "slow", 1);
        await Fixture.Reopen();
        Assert.Equal([(3L, "3")], await Outbox());
        Assert.Equal((3, 3), ((await Store.ReadOutbox(0, 0, 1)).First, (await Store.ReadOutbox(0, 0, 1)).Head));
        Assert.Equal(new Dictionary<string, long> { ["fast"] = 3, ["slow"] = 2 }, (await Store.ReadConsumers(0)).ToDictionary());
        Assert.Equal(2, await Store.RegisterConsumer(0, "slow"));
        await Store.RemoveConsumer(0, "slow");
        Assert.Empty(await Outbox());
        await Commit(Change("a", 1, 2) with { Outbox = [Item("4")] });
        Assert.Equal([(4L, "4")], await Outbox());
    }

    [Fact]
    public async Task A_consumer_cannot_save_what_was_never_given_and_one_that_is_not_registered_saves_nothing()
    {
        await Claim();
        await Store.RegisterConsumer(0, "c");
        await Store.SaveConsumer(0, "c", 50);
        await Store.SaveConsumer(0, "stranger", 50);
        await Store.RemoveConsumer(0, "stranger");
        Assert.Equal(new Dictionary<string, long> { ["c"] = 0 }, (await Store.ReadConsumers(0)).ToDictionary());
    }

    [Fact]
    public async Task A_dead_letter_changes_state_by_compare_and_set()
    {
        await Claim();
        await Commit(Change("a", 0, 4) with { DeadLetters = [Letter(2, "a"), Letter(4, "a")] });
        Assert.False(await Store.SetDeadLetterState(0, 2, DeadLetterState.Redriving, DeadLetterState.Open));
        Assert.True(await Store.SetDeadLetterState(0, 2, DeadLetterState.Open, DeadLetterState.Redriving));
        Assert.False(await Store.SetDeadLetterState(0, 2, DeadLetterState.Open, DeadLetterState.Redriving));
        Assert.False(await Store.SetDeadLetterState(0, 2, DeadLetterState.Open, DeadLetterState.Discarded));
        Assert.False(await Store.SetDeadLetterState(0, 3, DeadLetterState.Open, DeadLetterState.Discarded));
        await Fixture.Reopen();
        Assert.Equal(Letter(2, "a") with { State = DeadLetterState.Redriving, Bytes = [] }, (await Store.ReadDeadLetters(0, 0, 1))[0] with { Bytes = [] });
        Assert.Equal("letter 4", Encoding.UTF8.GetString((await Store.ReadDeadLetters(0, 2, 10)).Single().Bytes));
        Assert.True(await Store.SetDeadLetterState(0, 2, DeadLetterState.Redriving, DeadLetterState.Discarded));
        Assert.Equal(1, (await Store.ReadPartition(0)).DeadLetters);
    }

    [Fact]
    public async Task An_erasure_takes_journal_and_dead_letters_and_blanks_outbox_rows_which_keep_their_numbers()
    {
        await Claim();
        await Store.RegisterConsumer(0, "c");
        await Commit(
            Change("a", 0, 4) with { Journal = new JournalSegment(1, 4, 100, Bytes("a")), Outbox = [Item("secret")], DeadLetters = [Letter(3, "a")], NextWakeUp = 50 },
            Change("b", 0, 5) with { Journal = new JournalSegment(5, 5, 100, Bytes("b")), Outbox = [Item("kept")], DeadLetters = [Letter(5, "b")] });
        await Commit(Change("a", 4, 8, "") with
        {
            Side = [],
            ErasedAt = 8,
            IsTombstone = true,
            Journal = new JournalSegment(6, 8, 200, Bytes("before")),
            Outbox = [Item("erased")],
            DeadLetters = [Letter(7, "a")],
        });
        await Fixture.Reopen();
        Assert.Empty(await Store.ReadJournal(0, Key("a"), 0, 10));
        Assert.Single(await Store.ReadJournal(0, Key("b"), 0, 10));
        Assert.Equal([5L], (await Store.ReadDeadLetters(0, 0, 10)).Select(letter => letter.Position));
        Assert.Equal([(1L, ""), (2L, "kept"), (3L, "erased")], await Outbox());
        Assert.Empty(await Store.ReadWakeUps(0, 100, 10));
        var record = await Store.ReadCustomer(0, Key("a"));
        Assert.Equal((8, true, 0), (record!.Applied, record.IsTombstone, record.Row.Length));
        Assert.Equal([Key("b")], (await Store.ListCustomers(0, null, 10)).Select(listing => listing.Customer));
    }

    [Fact]
    public async Task A_new_profile_may_follow_a_tombstone_in_the_same_write_or_later()
    {
        await Claim();
        await Commit(Change("a", 0, 4) with { Journal = new JournalSegment(1, 4, 100, Bytes("old")) });
        await Commit(Change("a", 4, 9, "fresh") with { ErasedAt = 7, Journal = new JournalSegment(8, 9, 200, Bytes("new")), DeadLetters = [Letter(9, "a")] });
        Assert.Equal("new", Encoding.UTF8.GetString((await Store.ReadJournal(0, Key("a"), 0, 10)).Single().Bytes));
        Assert.Equal([9L], (await Store.ReadDeadLetters(0, 0, 10)).Select(letter => letter.Position));
        Assert.False((await Store.ReadCustomer(0, Key("a")))!.IsTombstone);
        await Commit(Change("a", 9, 12) with { ErasedAt = 12, IsTombstone = true });
        await Commit(Change("a", 12, 14, "again"));
        Assert.Equal("again", await Row("a"));
    }

    [Fact]
    public async Task Customers_are_listed_page_by_page_each_once()
    {
        await Claim();
        var ids = Enumerable.Range(0, 50).Select(i => $"k{i:000}").Append("ä").Append("日本").Append("\U0001F600").ToArray();
        foreach (var chunk in ids.Chunk(20)) await Commit([.. chunk.Select((id, i) => Change(id, 0, i + 1))]);
        await Commit(Change("k007", (await Store.ReadCustomer(0, Key("k007")))!.Applied, 99) with { IsTombstone = true, ErasedAt = 99 });
        var listed = new List<CustomerKey>();
        string? after = null;
        while (await Store.ListCustomers(0, after, 7) is { Count: > 0 } page)
        {
            listed.AddRange(page.Select(listing => listing.Customer));
            after = page[^1].Customer.Text;
        }

        var expected = ids.Where(id => id != "k007").Select(Key)
            .OrderBy(PartitionMap.SlotOf).ThenBy(key => Convert.ToHexString(Encoding.UTF8.GetBytes(key.Text)), StringComparer.Ordinal);
        Assert.Equal(expected, listed);
    }

    [Fact]
    public async Task Pruning_drops_old_journal_segments_and_old_tombstones()
    {
        await Claim();
        await Commit(Change("a", 0, 1) with { Journal = new JournalSegment(1, 1, 100, [1]) }, Change("b", 0, 2) with { Journal = new JournalSegment(2, 2, 300, [2]) });
        await Commit(Change("a", 1, 3) with { Journal = new JournalSegment(3, 3, 200, [3]) });
        await Commit(Change("gone", 0, 4) with { IsTombstone = true, ErasedAt = 4 });
        Fixture.Time.Advance(TimeSpan.FromHours(1));
        var between = Fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await Commit(Change("young", 0, 5) with { IsTombstone = true, ErasedAt = 5 });
        await Store.Prune(0, 200, between);
        await Fixture.Reopen();
        Assert.Equal([3L], (await Store.ReadJournal(0, Key("a"), 0, 10)).Select(segment => segment.First));
        Assert.Single(await Store.ReadJournal(0, Key("b"), 0, 10));
        Assert.Null(await Store.ReadCustomer(0, Key("gone")));
        Assert.NotNull(await Store.ReadCustomer(0, Key("young")));
        Assert.NotNull(await Store.ReadCustomer(0, Key("a")));
    }

    [Fact]
    public async Task The_last_partition_is_as_good_as_the_first()
    {
        const int Last = PartitionStoreFixture.Partitions - 1;
        var fence = new OwnerFence((await Store.Claim(Last, 5)).Epoch, await FilledLog.UpTo(Log, 5, Last));
        await Store.RegisterConsumer(Last, "c");
        await Store.Commit(new CommitChunk(Last, fence, [Change("a", 0, 3) with { Outbox = [Item("x")], DeadLetters = [Letter(2, "a")] }]));
        await Store.Commit(new CommitChunk(Last, fence, [Change("a", 3, 5) with { ErasedAt = 5, IsTombstone = true }]));
        Assert.Empty((await Store.ReadOutbox(Last, 0, 10)).Rows.Single().Item.Bytes);
        Assert.Equal(0, (await Store.ReadPartition(Last)).DeadLetters);
        Assert.Empty((await Store.ReadOutbox(0, 0, 10)).Rows);
    }
}
