using Personalization.Grains.Partitions;
using Personalization.Log;

namespace Personalization.Grains.Tests.Partitions;

/// <summary>How a tenure ends: because log or store lost what it built on, or because it is told to stop.</summary>
public sealed class EndOfTenureTests : IDisposable
{
    private readonly OwnerBench _bench = new();
    private readonly SynchronizationContext? _context = SynchronizationContext.Current;

    public EndOfTenureTests() => SynchronizationContext.SetSynchronizationContext(null);

    public void Dispose()
    {
        SynchronizationContext.SetSynchronizationContext(_context);
        _bench.Dispose();
    }

    [Fact]
    public void An_owner_without_work_notices_that_the_store_lost_what_it_wrote_although_the_log_is_whole()
    {
        var before = _bench.Start();
        _bench.View("ann");
        using var log = _bench.Log.Copy();
        var store = _bench.Store.Copy();
        Assert.True(_bench.Result(() => before.Drain(TimeSpan.FromSeconds(5))));
        Assert.Equal(1, _bench.EventsOf("ann"));
        _bench.LosePower(log, store);
        Assert.Equal(0, _bench.EventsOf("ann"));
        _bench.Pass(TimeSpan.FromSeconds(3));
        Assert.IsType<LogChangedException>(before.Fault);

        using var owner = _bench.Start(ended: before.Known);
        Assert.True(_bench.Result(() => owner.Drain(TimeSpan.FromSeconds(5))));
        Assert.Equal(1, _bench.EventsOf("ann"));
        Assert.Equal(0, _bench.State().Lost);
        Assert.NotEqual(before.Known.Generation, _bench.State().Generation);
        before.Dispose();
    }

    [Fact]
    public void What_an_ended_tenure_had_taken_and_was_lost_is_counted_and_its_positions_are_not_given_again()
    {
        var before = _bench.Start();
        _bench.View("ann");
        Assert.True(_bench.Result(() => before.Drain(TimeSpan.FromSeconds(5))));
        using var log = _bench.Log.Copy();
        var store = _bench.Store.Copy();
        _bench.View("ann");
        _bench.View("bob");
        Assert.True(_bench.Result(() => before.Drain(TimeSpan.FromSeconds(5))));
        _bench.LosePower(log, store);
        _bench.Pass(TimeSpan.FromSeconds(3));
        Assert.IsType<LogChangedException>(before.Fault);
        Assert.Equal(1, _bench.EventsOf("ann"));

        using var owner = _bench.Start(ended: before.Known);
        Assert.Equal(2, _bench.State().Lost);
        Assert.Equal(4, _bench.View("bob"));
        Assert.True(_bench.Result(() => owner.Drain(TimeSpan.FromSeconds(5))));
        Assert.Equal((1, 1), (_bench.EventsOf("ann"), _bench.EventsOf("bob")));
        before.Dispose();
    }

    [Fact]
    public void A_hint_that_follows_on_another_entry_than_the_one_that_was_taken_is_not_used()
    {
        using var owner = _bench.Start();
        var first = _bench.View("ann");
        Assert.True(_bench.Result(() => owner.Drain(TimeSpan.FromSeconds(5))));
        var generation = owner.Status("").Generation;
        _bench.Result(() =>
        {
            owner.Offer(new LogBatch([new LogEntry(first + 1, 1, [1, 2, 3])], generation, new EntryMark(first, 1, 12345)));
            return Task.FromResult(true);
        });
        Assert.Equal(first, owner.Status("").Cursor);
        _bench.View("ann");
        Assert.True(_bench.Result(() => owner.Drain(TimeSpan.FromSeconds(5))));
        Assert.Equal((2, 0), (_bench.EventsOf("ann"), _bench.State().DeadLetters));
    }

    [Fact]
    public void A_stop_commits_also_what_was_accepted_and_not_yet_taken()
    {
        _bench.Options.Owner.CommitInterval = TimeSpan.FromHours(1);
        using var owner = _bench.Start();
        _bench.View("ann");
        var last = _bench.View("bob");
        Assert.Equal(0, owner.Status("").Cursor);
        _bench.Result(async () => { await owner.Stop(TimeSpan.FromSeconds(10)); return true; });
        Assert.Equal(last, _bench.State().Position);
        Assert.Equal((1, 1), (_bench.EventsOf("ann"), _bench.EventsOf("bob")));
    }

    [Fact]
    public void A_stop_commits_the_wake_up_that_the_owner_itself_appends_while_it_stops()
    {
        _bench.Options.Owner.CommitInterval = TimeSpan.FromMinutes(10);
        using var owner = _bench.Start();
        _bench.View("ann");
        Assert.True(_bench.Result(() => owner.Drain(TimeSpan.FromSeconds(5))));
        Assert.Equal(1, _bench.WakeUps());
        _bench.Time.Advance(TimeSpan.FromHours(2));
        _bench.Result(async () => { await owner.Stop(TimeSpan.FromSeconds(10)); return true; });
        Assert.Equal(_bench.Tail(), _bench.State().Position);
    }

    [Fact]
    public void A_stop_does_not_wait_for_a_customer_that_hangs()
    {
        using var owner = _bench.Start();
        _bench.Customers.Hang(OwnerBench.Customer("ann"));
        _bench.View("ann");
        var bob = _bench.View("bob");
        var started = _bench.Time.GetUtcNow();
        _bench.Result(async () => { await owner.Stop(TimeSpan.FromSeconds(10)); return true; });
        Assert.InRange(_bench.Time.GetUtcNow() - started, TimeSpan.Zero, TimeSpan.FromSeconds(6));
        Assert.Equal((1, bob - 2), (_bench.EventsOf("bob"), _bench.State().Position));
        _bench.Customers.Wake(OwnerBench.Customer("ann"));
    }
}
