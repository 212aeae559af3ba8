using Personalization.Customers;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Customers;

/// <summary>What one activation promises its owner, whatever becomes of calls and of other activations.</summary>
public sealed class CustomerActorTests : IDisposable
{
    private readonly ActorBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_the_fold_throws_on_is_a_dead_letter_and_leaves_nothing_behind_that_would_count()
    {
        var actor = _bench.Activate();
        await _bench.Apply(actor, ApplyRequest.Unknown, _bench.View(1));

        // The third view takes the second from the tail: that reports the session of the first, and what follows throws.
        var views = new[] { _bench.View(2, TimeSpan.FromHours(3)), _bench.View(3, TimeSpan.FromHours(9)), _bench.View(4, TimeSpan.FromHours(9)) };
        await _bench.Apply(actor, 1, views[0]);
        _bench.Zone.Fails = true;
        Assert.Equal(ApplyStatus.Gap, (await _bench.Apply(actor, 2, views[1])).Status);
        _bench.Zone.Fails = false;

        // What is owed is given again, from the row on.
        var reply = await _bench.Apply(actor, ApplyRequest.Unknown, _bench.View(1), views[0], views[1], views[2]);
        Assert.Equal((ApplyStatus.Applied, 4, 3, 1), (reply.Status, reply.Applied, reply.Folded, reply.Rejected));
        await _bench.Commit(actor);
        Assert.Equal([1, 2, 4], await _bench.Journal());
        Assert.Equal(3, await _bench.Events());
        // The session that ended, and the clicks.
        Assert.Equal(2, (await _bench.Store.ReadOutbox(0, 0, 10)).Head);
        var letter = Assert.Single(await _bench.Store.ReadDeadLetters(0, 0, 10));
        Assert.Equal((3, ActorBench.Ann, views[1].Bytes), (letter.Position, letter.Customer!.Value, letter.Bytes));
        Assert.Equal("the fold failed on it: InvalidOperationException, a bug in the fold", letter.Reason);
        Assert.Equal("An entry of customer default/ann, position 3 of partition 0, is set aside as a dead letter: the fold failed on it: InvalidOperationException, a bug in the fold", Assert.Single(_bench.Log.Lines));
    }

    [Fact]
    public async Task However_many_entries_the_fold_throws_on_each_is_set_aside_and_the_rest_counts_in_one_call()
    {
        var actor = _bench.Activate();
        // No door lets an order without its lines through; the fold has counted it in the totals when it comes to them.
        LogEntry[] entries = [.. Enumerable.Range(1, 20).Select(i => i % 4 == 0
            ? _bench.Entry(i, new CustomerEvent { Type = EventType.Purchase, BaseValue = 3, Lines = [null!] }, TimeSpan.FromMinutes(i))
            : _bench.View(i, TimeSpan.FromMinutes(i)))];
        var changes = new List<ChangedEvent>();
        var reply = await actor.Apply(new ApplyRequest(_bench.Epoch, ApplyRequest.Unknown, entries), changes);
        Assert.Equal((ApplyStatus.Applied, 20, 15, 5), (reply.Status, reply.Applied, reply.Folded, reply.Rejected));
        Assert.Equal(15, changes.Select(change => change.EventId).Distinct().Count());
        Assert.Equal(15, changes.Count);
        await _bench.Commit(actor);
        Assert.Equal(15, await _bench.EventsStored());
        Assert.Equal([4L, 8, 12, 16, 20], (await _bench.Store.ReadDeadLetters(0, 0, 100)).Select(letter => letter.Position));
        Assert.Equal(5, _bench.Log.Lines.Count);
    }

    [Fact]
    public async Task A_write_of_another_activation_that_ends_at_the_same_position_is_not_taken_for_ones_own()
    {
        // Both are loaded before anything is stored; the first is given 1 and 2, the second only 2, because by then 1 is owed no longer.
        var (first, second) = (_bench.Activate(), _bench.Activate());
        await _bench.Apply(first, ApplyRequest.Unknown, _bench.View(1));
        await _bench.Apply(second, ApplyRequest.Unknown);
        await _bench.Commit(first);
        await _bench.Apply(second, ApplyRequest.Unknown, _bench.View(2));
        Assert.Equal(CommitOutcome.Conflict, (await _bench.Write(second)).Outcome);

        await _bench.Apply(first, ApplyRequest.Unknown, _bench.View(2));
        await second.Acknowledge(await _bench.Write(first));
        Assert.Equal(2, second.Applied);
        await _bench.Apply(second, ApplyRequest.Unknown, _bench.View(3));
        await _bench.Commit(second);
        Assert.Equal(3, await _bench.EventsStored());
        Assert.Equal([1, 2, 3], await _bench.Journal());
    }

    [Fact]
    public async Task What_is_collected_twice_and_written_once_is_saved_when_either_is_acknowledged()
    {
        var actor = _bench.Activate();
        await _bench.Apply(actor, ApplyRequest.Unknown, _bench.View(1));
        var written = await _bench.Write(actor);
        await _bench.Apply(actor, 1, _bench.View(2));
        var again = await _bench.Write(actor);
        Assert.Equal(CommitOutcome.Conflict, again.Outcome);

        await actor.Acknowledge(written);
        Assert.Equal(1, actor.Saved);
        await _bench.Apply(actor, ApplyRequest.Unknown, _bench.View(2));
        await _bench.Commit(actor);
        Assert.Equal([1, 2], await _bench.Journal());
    }

    [Fact]
    public async Task An_activation_that_hears_that_its_version_was_stored_before_reads_the_row_again()
    {
        var (first, second) = (_bench.Activate(), _bench.Activate());
        await _bench.Apply(first, ApplyRequest.Unknown, _bench.View(1), _bench.View(2));
        await _bench.Apply(second, ApplyRequest.Unknown, _bench.View(2));
        await _bench.Commit(first);
        var already = await _bench.Write(second);
        Assert.Equal(CommitOutcome.Already, already.Outcome);
        await second.Acknowledge(already);
        Assert.Equal(2, second.Saved);
        Assert.Equal(2, _bench.EventsOf(second));
    }

    [Fact]
    public async Task A_reader_gets_what_another_activation_saved_even_where_this_one_folded_the_same_without_it()
    {
        var (first, second) = (_bench.Activate(), _bench.Activate());
        await _bench.Apply(second, ApplyRequest.Unknown);
        await _bench.Apply(first, ApplyRequest.Unknown, _bench.View(1));
        await _bench.Commit(first);
        await _bench.Apply(second, ApplyRequest.Unknown, _bench.View(2));

        // The owner owes 2 only: 1 is saved.
        Assert.True(await second.CatchUp(_ => Task.FromResult(new CatchUpReply(true, 2, [_bench.View(2)], _bench.Epoch))));
        Assert.Equal(2, _bench.EventsOf(second));
    }

    [Fact]
    public async Task An_activation_that_was_read_looks_at_its_row_again_after_a_while()
    {
        var (first, second) = (_bench.Activate(), _bench.Activate());
        Assert.True(await second.CatchUp(_ => Task.FromResult(new CatchUpReply(true, 0, [], _bench.Epoch))));
        await _bench.Apply(first, ApplyRequest.Unknown, _bench.View(1));
        await _bench.Commit(first);
        Assert.True(second.IsCaughtUp);

        _bench.Time.Advance(_bench.Options.Owner.ReloadAfter);
        Assert.False(second.IsCaughtUp);
        Assert.True(await second.CatchUp(_ => Task.FromResult(new CatchUpReply(true, 1, [], _bench.Epoch))));
        Assert.Equal(1, _bench.EventsOf(second));
    }

    [Fact]
    public async Task An_answer_of_a_tenure_that_is_over_is_not_folded()
    {
        var actor = _bench.Activate();
        Assert.Equal(ApplyStatus.Applied, (await actor.Apply(new ApplyRequest(new Epoch(5, 5), ApplyRequest.Unknown, []))).Status);
        Assert.False(await actor.CatchUp(_ => Task.FromResult(new CatchUpReply(true, 1, [_bench.View(1)], new Epoch(4, 4)))));
        Assert.Equal(0, actor.Applied);
        Assert.Equal(ApplyStatus.StaleEpoch, (await actor.Collect(new CollectRequest(new Epoch(4, 4), ApplyRequest.Unknown))).Status);
    }

    [Fact]
    public async Task Behind_a_hole_the_row_is_read_again_because_another_activation_may_have_saved_what_is_missing()
    {
        var (first, second) = (_bench.Activate(), _bench.Activate());
        await _bench.Apply(second, ApplyRequest.Unknown);
        await _bench.Apply(first, ApplyRequest.Unknown, _bench.View(1), _bench.View(2));
        await _bench.Commit(first);

        Assert.Equal(ApplyStatus.Applied, (await _bench.Apply(second, 2, _bench.View(3))).Status);
        Assert.Equal(3, _bench.EventsOf(second));
        Assert.Equal(ApplyStatus.Gap, (await _bench.Apply(second, 7, _bench.View(8))).Status);
        Assert.Equal((2L, 2L), (second.Applied, second.Saved));
    }

    [Fact]
    public async Task The_first_contact_under_a_new_tenure_drops_what_was_folded_under_the_one_before()
    {
        var actor = _bench.Activate();
        await _bench.Apply(actor, ApplyRequest.Unknown, _bench.View(1));
        var reply = await actor.Apply(new ApplyRequest(new Epoch(2, 2), ApplyRequest.Unknown, []));
        Assert.Equal((ApplyStatus.Applied, 0L), (reply.Status, reply.Applied));
        Assert.Empty(actor.UnsavedJournal);
        Assert.Equal(ApplyStatus.StaleEpoch, (await _bench.Apply(actor, 1, _bench.View(2))).Status);
    }

    [Fact]
    public async Task Of_loads_that_overlap_the_newest_counts_whichever_ends_last()
    {
        var actor = _bench.Activate();
        var calls = Enumerable.Range(2, 8).Select(counter => actor.Apply(new ApplyRequest(new Epoch(counter, 9), ApplyRequest.Unknown, [_bench.View(counter)]))).ToList();
        var replies = await Task.WhenAll(calls);
        Assert.All(replies[..^1], reply => Assert.Equal(ApplyStatus.StaleEpoch, reply.Status));
        Assert.Equal((ApplyStatus.Applied, 9L), (replies[^1].Status, replies[^1].Applied));
        Assert.Equal(1, _bench.EventsOf(actor));
    }
}
