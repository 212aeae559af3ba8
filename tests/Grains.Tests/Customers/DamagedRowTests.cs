using Personalization.Customers;
using Personalization.Events;
using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Customers;

/// <summary>Rows that a disk has changed: healed from the journal where it reaches back far enough, refused with a sentence where it does not.</summary>
public sealed class DamagedRowTests : IDisposable
{
    private readonly ActorBench _bench = ActorBench.Embedded();

    public void Dispose() => _bench.Dispose();

    public static TheoryData<string> Damages =>
    [
        "data = x'00' || substr(data, 2)",
        "side = substr(side, 1, length(side) - 1) || x'07'",
        "data = x''",
        "fold = fold + 1048576",
        "applied = 2",
        "applied = applied + 1000000",
        "checksum = checksum + 1",
        // Written before there was a checksum: what cannot be read is noticed all the same.
        "checksum = NULL, data = substr(data, 1, 20)",
        "checksum = NULL, side = x'ff'",
    ];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_row_is_folded_anew_from_its_journal_and_takes_its_place_with_the_next_commit(string damage)
    {
        var actor = _bench.Activate();
        await _bench.Apply(actor, ApplyRequest.Unknown, [.. Enumerable.Range(1, 8).Select(i => _bench.View(i, TimeSpan.FromMinutes(20 * i)))]);
        await _bench.Commit(actor);
        var expected = _bench.EventsOf(actor);
        var sums = await _bench.Events();
        await _bench.Damage(damage);

        var healed = _bench.Activate();
        Assert.Equal(ApplyStatus.Applied, (await _bench.Apply(healed, 8, _bench.View(1, TimeSpan.FromMinutes(20)), _bench.View(9, TimeSpan.FromHours(4)))).Status);
        Assert.Equal(expected + 1, _bench.EventsOf(healed));
        Assert.StartsWith("The stored row of customer default/ann is damaged (", Assert.Single(_bench.Log.Lines), StringComparison.Ordinal);
        await _bench.Commit(healed);

        var record = (await _bench.Store.ReadCustomer(0, ActorBench.Ann))!;
        Assert.Equal((9, false), (record.Applied, record.IsDamaged));
        Assert.Equal(expected + 1, await _bench.EventsStored());
        Assert.Equal(sums + 1, await _bench.Events());
        Assert.Single(_bench.Log.Lines);
    }

    [Fact]
    public async Task A_damaged_row_whose_journal_is_gone_is_refused_with_a_sentence_and_can_be_erased()
    {
        var actor = _bench.Activate();
        await _bench.Apply(actor, ApplyRequest.Unknown, _bench.View(1), _bench.View(2));
        await _bench.Commit(actor);
        await _bench.Store.Prune(0, long.MaxValue, 0);
        await _bench.Damage("data = x'' || substr(data, 3)");

        var next = _bench.Activate();
        var refused = await Assert.ThrowsAsync<DamagedProfileException>(() => _bench.Apply(next, 2, _bench.View(3)));
        Assert.Equal(
            "the stored profile of customer default/ann is damaged (its bytes are not those that were written), and its journal does not reach far enough back to fold it anew: put a back-up back, or erase the customer",
            refused.Message);
        await Assert.ThrowsAsync<DamagedProfileException>(next.Load);

        await _bench.Apply(next, 2, _bench.View(3), _bench.Entry(4, new Erasure(), kind: EntryKind.Erasure));
        await _bench.Commit(next);
        var record = (await _bench.Store.ReadCustomer(0, ActorBench.Ann))!;
        Assert.Equal((4, true, false), (record.Applied, record.IsTombstone, record.IsDamaged));
    }

    [Fact]
    public async Task A_damaged_tombstone_stays_one()
    {
        var actor = _bench.Activate();
        await _bench.Apply(actor, ApplyRequest.Unknown, _bench.View(1), _bench.Entry(2, new Erasure(), kind: EntryKind.Erasure));
        await _bench.Commit(actor);
        await _bench.Damage("side = x'00'");
        var next = _bench.Activate();
        await next.Load();
        Assert.True(next.Profile.IsTombstone);
        Assert.Equal(0, _bench.EventsOf(next));
        Assert.Equal(ApplyStatus.Applied, (await _bench.Apply(next, 2, _bench.View(3))).Status);
        Assert.Equal(1, _bench.EventsOf(next));
    }
}
