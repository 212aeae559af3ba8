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
}
