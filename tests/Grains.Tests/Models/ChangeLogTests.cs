using Personalization.Grains.Models;
using Personalization.Models;

namespace Personalization.Grains.Tests.Models;

public sealed class ChangeLogTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private readonly ChangeLog _log = new(TimeProvider.System);
    private readonly Guid _tenure = Guid.NewGuid();

    [Fact]
    public async Task A_replica_that_has_the_stored_revision_or_a_later_one_gets_what_follows()
    {
        _log.Begin(_tenure, 10);
        var waiting = _log.Read(new ModelCursor(Guid.Empty, 10), Soon, default);
        Assert.False(waiting.IsCompleted);
        _log.Publish([1], false);
        Assert.Equal([11], (await waiting).Changes.Select(change => change.Revision));
        _log.Publish([2], false);
        Assert.Equal([12], (await _log.Read(new ModelCursor(_tenure, 11), Soon, default)).Changes.Select(change => change.Revision));
        Assert.Equal([11, 12], (await _log.Read(new ModelCursor(Guid.Empty, 10), Soon, default)).Changes.Select(change => change.Revision));
    }

    [Fact]
    public async Task What_does_not_join_on_is_a_gap()
    {
        _log.Begin(_tenure, 10);
        Assert.True((await _log.Read(new ModelCursor(Guid.Empty, 9), Soon, default)).IsGap);
        Assert.True((await _log.Read(new ModelCursor(Guid.NewGuid(), 10), Soon, default)).IsGap);
        Assert.True((await _log.Read(new ModelCursor(Guid.Empty, 11), Soon, default)).IsGap);
        Assert.True((await _log.Read(new ModelCursor(Guid.NewGuid(), 11), Soon, default)).IsGap);
    }

    [Fact]
    public async Task A_whole_model_needs_nothing_before_it()
    {
        _log.Begin(_tenure, 10);
        _log.Publish([1], true);
        _log.Publish([2], true);
        var reply = await _log.Read(new ModelCursor(Guid.Empty, 3), Soon, default);
        Assert.Equal((12, (byte)2), (Assert.Single(reply.Changes).Revision, reply.Changes[0].Bytes[0]));
    }

    [Fact]
    public async Task Beyond_its_bound_the_oldest_changes_go()
    {
        _log.Begin(_tenure, 0);
        for (var i = 0; i < 40; i++) _log.Publish(new byte[1 << 20], false);
        Assert.True((await _log.Read(new ModelCursor(_tenure, 7), Soon, default)).IsGap);
        var reply = await _log.Read(new ModelCursor(_tenure, 8), Soon, default);
        Assert.Equal([9, 10, 11, 12], reply.Changes.Select(change => change.Revision));
    }

    [Fact]
    public async Task A_new_tenure_wakes_who_waits_and_sends_who_took_unstored_changes_back()
    {
        _log.Begin(_tenure, 10);
        _log.Publish([1], false);
        var ahead = _log.Read(new ModelCursor(_tenure, 11), Soon, default);
        var behind = _log.Read(new ModelCursor(_tenure, 11), TimeSpan.FromMilliseconds(1), default);
        Assert.Empty((await behind).Changes);
        _log.Begin(Guid.NewGuid(), 10);
        Assert.True((await ahead).IsGap);
    }
}
