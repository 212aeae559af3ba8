using Personalization.Grains.Partitions;
using Personalization.Log;
using Personalization.TestKit.Storage;

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
    public void A_customer_that_hangs_is_parked_once_it_has_hung_for_the_time_that_is_set()
    {
        using var owner = _bench.Start();
        _bench.Customers.Hang(OwnerBench.Customer("ann"));
        _bench.View("ann");
        _bench.Pass(_bench.Options.Owner.ParkAfter + TimeSpan.FromSeconds(3));
        Assert.Equal([OwnerBench.Customer("ann")], _bench.State().Parks.Keys);
        _bench.Customers.Wake(OwnerBench.Customer("ann"));
    }

    [Fact]
    public void A_customer_that_is_filled_and_does_not_hear_that_it_was_saved_loses_nothing_of_what_came_meanwhile()
    {
        var ann = new DeafCustomer();
        using (var owner = _bench.Start(ann.Around(_bench.Grain)))
        {
            _bench.Customers.Hang(OwnerBench.Customer("ann"));
            _bench.View("ann");
            _bench.Pass(_bench.Options.Owner.ParkAfter + TimeSpan.FromSeconds(3));
            Assert.Equal(1, owner.Status("").Parked);

            ann.IsDeaf = true;
            _bench.Customers.Wake(OwnerBench.Customer("ann"));
            while (ann.Missed == 0) _bench.Pass(TimeSpan.FromSeconds(.1));
            _bench.View("ann");
            _bench.Pass(_bench.Options.Owner.ParkAfter + TimeSpan.FromSeconds(.2));
            Assert.Empty(_bench.State().Parks);
            _bench.Result(async () => { await owner.Stop(TimeSpan.FromSeconds(1)); return true; });
        }

        ann.IsDeaf = false;
        using var next = _bench.Start();
        Assert.True(_bench.Result(() => next.Drain(TimeSpan.FromSeconds(20))));
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
    public void A_log_that_is_silent_for_a_moment_is_read_again_and_one_that_stays_silent_ends_the_tenure()
    {
        var log = new LateHeadLog(_bench.Log);
        using var owner = _bench.Start(log: log);
        log.Fault = new TimeoutException("no answer");
        _bench.Pass(_bench.Options.Owner.ParkAfter / 6);
        Assert.True(owner.IsAtWork);

        log.Fault = null;
        _bench.View("ann");
        Assert.True(_bench.Result(() => owner.Drain(TimeSpan.FromSeconds(5))));
        log.Fault = new TimeoutException("no answer");
        _bench.Pass(_bench.Options.Owner.ParkAfter / 2);
        Assert.Same(log.Fault, owner.Fault);
    }

    [Fact]
    public void A_tenure_that_waits_for_an_answer_that_never_comes_is_ended_by_who_asks_for_it()
    {
        var log = new LateHeadLog(_bench.Log);
        using var owner = _bench.Start(log: log);
        _bench.Pass(TimeSpan.FromSeconds(3));
        log.Hold();
        _bench.Pass(TimeSpan.FromMinutes(1));
        owner.EndIfStuck();
        Assert.True(owner.IsAtWork);
        _bench.Pass(TimeSpan.FromMinutes(1));
        owner.EndIfStuck();
        Assert.IsType<TimeoutException>(owner.Fault);
    }

    [Fact]
    public void A_customer_that_does_not_hand_over_what_it_folded_is_parked_and_holds_nobody_back()
    {
        var mute = new DeafCustomer { IsMute = true };
        using var owner = _bench.Start(customer => customer == OwnerBench.Customer("ann") ? mute.Of(_bench.Grain(customer)) : _bench.Grain(customer));
        var first = _bench.View("ann");
        var last = _bench.View("bob");
        _bench.Pass(TimeSpan.FromMinutes(2));
        Assert.True(owner.IsAtWork);
        Assert.Equal([KeyValuePair.Create(OwnerBench.Customer("ann"), first)], _bench.State().Parks);
        Assert.Equal(last, _bench.State().Position);
        Assert.Equal((0, 1), (_bench.EventsOf("ann"), _bench.EventsOf("bob")));

        // Once it does, it is filled from the log.
        mute.IsMute = false;
        _bench.Pass(TimeSpan.FromSeconds(10));
        Assert.Empty(_bench.State().Parks);
        Assert.Equal(1, _bench.EventsOf("ann"));
    }

    [Fact]
    public void A_tenure_that_has_work_and_does_not_move_is_ended_and_one_that_has_none_is_not()
    {
        var store = new FaultyPartitionStore(_bench.Store);
        using var owner = _bench.Start(store: store);
        store.Commits.Hold();
        Ask(TimeSpan.FromMinutes(5));
        Assert.True(owner.IsAtWork);

        _bench.View("ann");
        Ask(TimeSpan.FromMinutes(1));
        Assert.True(owner.IsAtWork);
        Ask(TimeSpan.FromMinutes(2));
        Assert.IsType<TimeoutException>(owner.Fault);

        void Ask(TimeSpan time)
        {
            for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(5))
            {
                _bench.Pass(TimeSpan.FromSeconds(5));
                owner.EndIfStuck();
            }
        }
    }

    [Fact]
    public void A_start_can_be_given_up()
    {
        var log = new LateHeadLog(_bench.Log);
        log.Hold();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), _bench.Time);
        Assert.ThrowsAny<OperationCanceledException>(() => _bench.Start(log: log, cancellation: limit.Token));
        log.Deliver();
        using var owner = _bench.Start(log: log);
        Assert.True(owner.IsAtWork);
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
