using Personalization.Grains.Partitions;
using Personalization.Log;

namespace Personalization.Grains.Tests.Partitions;

/// <summary>What one tenure promises when log, store and customers change under it.</summary>
public sealed class PartitionOwnerTests : IDisposable
{
    private readonly OwnerBench _bench = new();
    private readonly SynchronizationContext? _context = SynchronizationContext.Current;

    public PartitionOwnerTests() => SynchronizationContext.SetSynchronizationContext(null);

    public void Dispose()
    {
        SynchronizationContext.SetSynchronizationContext(_context);
        _bench.Dispose();
    }

    [Fact]
    public void A_park_that_is_stored_but_not_known_ends_and_the_customer_is_served()
    {
        using var owner = _bench.Start();
        var first = _bench.View("ann");
        _bench.Pass(TimeSpan.FromSeconds(2));

        // A write that was repeated arrives after its park has ended.
        Assert.True(_bench.Park(owner, "ann", first));
        _bench.Pass(TimeSpan.FromMinutes(1));
        Assert.Empty(_bench.State().Parks);
        Assert.Equal(0, owner.Status("").Parked);

        _bench.View("ann");
        Assert.True(_bench.Result(() => owner.Drain(TimeSpan.FromSeconds(5))));
        Assert.Equal(2, _bench.EventsOf("ann"));
        Assert.Null(owner.Fault);
    }

    [Fact]
    public void A_stored_park_below_what_was_trimmed_holds_its_customer_no_longer_than_it_takes_to_look()
    {
        using (var before = _bench.Start())
        {
            var first = _bench.View("ann");
            _bench.Pass(TimeSpan.FromSeconds(2));
            _bench.View("bob");
            _bench.Pass(TimeSpan.FromSeconds(2));
            Assert.True(_bench.Park(before, "ann", first));
            _bench.TrimLog(2);
            _bench.Result(async () => { await before.Stop(TimeSpan.FromSeconds(1)); return true; });
        }

        using var owner = _bench.Start();
        _bench.View("ann");
        _bench.Pass(TimeSpan.FromSeconds(10));
        Assert.Empty(_bench.State().Parks);
        Assert.Equal(2, _bench.EventsOf("ann"));
    }

    [Fact]
    public void Customers_that_do_not_answer_hold_up_nobodys_wake_up()
    {
        // A crowd at a semaphore is let on over the thread pool.
        _bench.Options.Owner.Concurrency = 1000;
        using var owner = _bench.Start();
        var stuck = Enumerable.Range(0, 300).Select(i => $"stuck{i}").ToList();
        foreach (var customer in stuck) _bench.View(customer);
        _bench.Pass(TimeSpan.FromSeconds(3));
        foreach (var customer in stuck) _bench.Customers.Hang(OwnerBench.Customer(customer));
        _bench.Pass(TimeSpan.FromMinutes(1));
        _bench.View("ann");

        // Their sessions are due before hers, and stay so: none of them takes its wake-up.
        _bench.Thread.Run(TimeSpan.FromHours(2), TimeSpan.FromMinutes(1));
        _bench.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(300, _bench.WakeUps());
        foreach (var customer in stuck) _bench.Customers.Wake(OwnerBench.Customer(customer));
    }

    [Fact]
    public void A_hint_of_another_generation_is_not_taken_but_the_log_is_read()
    {
        using var owner = _bench.Start();
        var position = _bench.View("ann");
        var bytes = _bench.Entry(position).Bytes;
        _bench.Result(() => { owner.Offer(new LogBatch([new LogEntry(position, 1, [1, 2, 3])], 12345)); return Task.FromResult(true); });
        Assert.True(_bench.Result(() => owner.Drain(TimeSpan.FromSeconds(5))));
        Assert.Equal(1, _bench.EventsOf("ann"));
        Assert.Equal(0, _bench.State().DeadLetters);
        Assert.NotEqual([1, 2, 3], bytes);
    }

    [Fact]
    public void A_head_that_was_read_before_what_a_hint_brought_meanwhile_is_no_log_that_went_back()
    {
        var late = new LateHeadLog(_bench.Log);
        using var owner = _bench.Start(log: late);
        late.Hold();
        _bench.Pass(TimeSpan.FromSeconds(2));
        Assert.True(late.IsAsked);

        var position = _bench.View("ann");
        _bench.Result(async () => { owner.Offer(new LogBatch([_bench.Entry(position)], (await _bench.Log.ReadHead(0)).Generation)); return true; });
        Assert.Equal(position, owner.Status("").Cursor);
        late.Deliver();
        _bench.Pass(TimeSpan.FromSeconds(2));
        Assert.Null(owner.Fault);
        Assert.Equal(1, _bench.EventsOf("ann"));
    }

    [Fact]
    public void A_call_that_was_cancelled_is_made_again_and_is_not_taken_for_the_end_of_the_tenure()
    {
        var cancels = 2;
        using var owner = _bench.Start(customer => cancels-- > 0 ? throw new TaskCanceledException("the call's own token") : _bench.Grain(customer));
        _bench.View("ann");
        Assert.True(_bench.Result(() => owner.Drain(TimeSpan.FromSeconds(10))));
        Assert.Equal(1, _bench.EventsOf("ann"));
        Assert.True(owner.IsAtWork);
        Assert.Equal(-1, cancels);
    }

    [Fact]
    public void A_log_that_ends_before_what_was_taken_ends_the_tenure_and_the_next_one_numbers_above_it()
    {
        using var copy = _bench.Log.Copy();
        using (var before = _bench.Start())
        {
            _bench.View("ann");
            Assert.True(_bench.Result(() => before.Drain(TimeSpan.FromSeconds(5))));
            _bench.Log.Restore(copy);
            _bench.Pass(TimeSpan.FromSeconds(3));
            Assert.IsType<LogChangedException>(before.Fault);
        }

        using var owner = _bench.Start();
        var state = _bench.State();
        Assert.Equal(1, state.HighestPosition);
        Assert.Equal(2, _bench.View("ann"));
        Assert.True(_bench.Result(() => owner.Drain(TimeSpan.FromSeconds(5))));
        Assert.Equal(2, _bench.EventsOf("ann"));
    }
}
