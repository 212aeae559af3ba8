using Personalization.Log;
using Personalization.Storage.Rules;

namespace Personalization.Storage.Tests.Rules;

public sealed class RecentEntriesTests
{
    private readonly RecentEntries _recent = new();

    [Fact]
    public void What_follows_the_cursor_is_answered_up_to_the_tail()
    {
        Add(1, 5);
        Assert.Equal([3L, 4L], Read(new ReadRequest(0, 2), tail: 4));
        Assert.Equal([], Read(new ReadRequest(0, 5), tail: 5));
    }

    [Fact]
    public void Bounds_on_entries_and_bytes_hold_but_one_entry_always_comes()
    {
        Add(1, 5, bytes: 100);
        Assert.Equal([1L, 2L], Read(new ReadRequest(0, 0, MaxEntries: 2), tail: 5));
        Assert.Equal([1L, 2L], Read(new ReadRequest(0, 0, MaxBytes: 250), tail: 5));
        Assert.Equal([1L], Read(new ReadRequest(0, 0, MaxBytes: 1), tail: 5));
    }

    [Fact]
    public void What_is_not_held_is_not_answered()
    {
        Assert.True(Misses(new ReadRequest(0, 0), tail: 1));
        Add(3, 5);
        Assert.True(Misses(new ReadRequest(0, 1), tail: 5)); // position 2 is elsewhere
        Assert.True(Misses(new ReadRequest(0, 3), tail: 6)); // so is 6
        Assert.Equal([3L, 4L, 5L], Read(new ReadRequest(0, 2), tail: 5));
        _recent.Clear();
        Assert.True(Misses(new ReadRequest(0, 2), tail: 5));
    }

    [Fact]
    public void The_entry_at_the_cursor_must_be_held_and_be_what_the_reader_saw()
    {
        Add(3, 5);
        var request = new ReadRequest(0, 3, CursorHash: Entry(3, 1).Hash);
        Assert.True(_recent.TryRead(request, 5, compare: true, out var entries, out var matches));
        Assert.True(matches);
        Assert.Equal(2, entries.Count);
        Assert.True(_recent.TryRead(request with { CursorHash = 1 }, 5, compare: true, out _, out matches));
        Assert.False(matches);
        Assert.False(_recent.TryRead(request with { After = 2 }, 5, compare: true, out _, out _));
    }

    [Fact]
    public void A_hole_makes_all_that_was_held_useless()
    {
        Add(1, 5);
        Add(8, 9);
        Assert.True(Misses(new ReadRequest(0, 4), tail: 9));
        Assert.Equal([8L, 9L], Read(new ReadRequest(0, 7), tail: 9));
    }

    [Fact]
    public void The_oldest_go_when_there_are_too_many_or_too_large_ones()
    {
        Add(1, RecentEntries.Capacity + 1);
        Assert.True(Misses(new ReadRequest(0, 0), RecentEntries.Capacity + 1));
        Assert.Equal(RecentEntries.Capacity, Read(new ReadRequest(0, 1), RecentEntries.Capacity + 1).Length);

        var next = RecentEntries.Capacity + 2;
        Add(next, next, bytes: RecentEntries.MaxBytes + 1);
        Assert.True(Misses(new ReadRequest(0, next - 2), next));
        Assert.Equal([next], Read(new ReadRequest(0, next - 1), next));
    }

    private static LogEntry Entry(long position, int bytes) => new(position, 1000 + position, [.. Enumerable.Repeat((byte)position, bytes)]);

    private void Add(long first, long last, int bytes = 1) =>
        _recent.Add([.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => Entry(first + i, bytes))]);

    private bool Misses(ReadRequest request, long tail) => !_recent.TryRead(request, tail, compare: false, out _, out _);

    private long[] Read(ReadRequest request, long tail)
    {
        Assert.True(_recent.TryRead(request, tail, compare: false, out var entries, out var matches));
        Assert.True(matches);
        return [.. entries.Select(entry => entry.Position)];
    }
}
