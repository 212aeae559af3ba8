using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Redis;

namespace Personalization.Storage.Tests.Redis;

public sealed class OwnAppendsTests
{
    private static readonly AppendItem[] s_two = [new([1]), new([2])];
    private readonly OwnAppends _own = new();

    [Fact]
    public void A_reader_at_the_tail_gets_what_was_appended_with_the_logs_time()
    {
        _own.Appended(s_two, [6, 7], Head(tail: 7));
        var reply = _own.TryRead(new ReadRequest(0, 5));
        Assert.Equal([(6L, 1007L), (7L, 1007L)], reply!.Entries.Select(entry => (entry.Position, entry.LogTime)));
        Assert.Null(_own.TryRead(new ReadRequest(0, 7)));
        Assert.Null(_own.TryRead(new ReadRequest(0, 4)));
        Assert.Null(_own.TryRead(new ReadRequest(0, 5, Generation: 9)));
    }

    [Fact]
    public void What_others_appended_in_between_is_asked_of_Redis()
    {
        _own.Appended(s_two, [6, 7], Head(tail: 7));
        _own.Appended(s_two, [10, 11], Head(tail: 11));
        Assert.Null(_own.TryRead(new ReadRequest(0, 7)));
        Assert.Equal(2, _own.TryRead(new ReadRequest(0, 9))!.Entries.Count);
    }

    [Fact]
    public void A_repeat_that_is_answered_late_tells_no_log_time()
    {
        _own.Appended(s_two, [6, 7], Head(tail: 9));
        Assert.Null(_own.TryRead(new ReadRequest(0, 5)));
    }

    [Fact]
    public void Entries_of_a_stale_tenure_are_not_among_them()
    {
        _own.Appended(s_two, [AppendReply.StaleEpoch, 6], Head(tail: 6));
        Assert.Equal([2], Assert.Single(_own.TryRead(new ReadRequest(0, 5))!.Entries).Bytes);
    }

    [Fact]
    public void A_log_that_went_back_or_began_anew_is_asked()
    {
        _own.Appended(s_two, [6, 7], Head(tail: 7));
        _own.Saw(Head(tail: 6));
        Assert.Null(_own.TryRead(new ReadRequest(0, 5)));
        _own.Appended(s_two, [6, 7], Head(tail: 7));
        _own.Saw(Head(tail: 7) with { Generation = 2 });
        Assert.Null(_own.TryRead(new ReadRequest(0, 5)));
        _own.Appended(s_two, [6, 7], Head(tail: 7));
        _own.Appended(s_two, [], Head(tail: 5)); // refused: the log went back
        Assert.Null(_own.TryRead(new ReadRequest(0, 5)));
    }

    private static LogHead Head(long tail) => new(1, 1, 1, tail, 0, 1000 + tail, Epoch.None);
}
