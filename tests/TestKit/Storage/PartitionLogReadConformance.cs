using System.Text;
using Personalization.Log;
using Personalization.Partitions;
using Xunit;

namespace Personalization.TestKit.Storage;

/// <summary>What every partition log does, whatever it is made of: reads, long polls and trims.</summary>
public abstract class PartitionLogReadConformance : IAsyncLifetime
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);
    private PartitionLogFixture? _fixture;

    /// <summary>The back end under test.</summary>
    protected PartitionLogFixture Fixture => _fixture!;

    private IPartitionLog Log => Fixture.Log;

    /// <summary>Makes an empty log.</summary>
    protected abstract ValueTask<PartitionLogFixture> Create();

    /// <inheritdoc />
    public async ValueTask InitializeAsync() => _fixture = await Create();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_fixture is not null) await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task Entries_are_read_in_order_from_after_the_cursor_with_the_bytes_that_were_appended()
    {
        await new LogWriter(Fixture, 1).Append("a", "b", "c");
        await new LogWriter(Fixture, 1, partition: 1).Append("x");
        await Fixture.Reopen();
        var reply = await Log.Read(new ReadRequest(0, 1));
        Assert.Equal(ReadStatus.Read, reply.Status);
        Assert.Equal([(2L, "b"), (3L, "c")], reply.Entries.Select(entry => (entry.Position, Encoding.UTF8.GetString(entry.Bytes))));
        Assert.Equal(3, reply.Head.Tail);
    }

    [Fact]
    public async Task Bounds_on_entries_and_bytes_hold_but_one_entry_always_comes()
    {
        await new LogWriter(Fixture, 1).Append(new string('a', 100), new string('b', 100), new string('c', 100));
        Assert.Equal(2, (await Log.Read(new ReadRequest(0, 0, MaxEntries: 2))).Entries.Count);
        Assert.Equal(2, (await Log.Read(new ReadRequest(0, 0, MaxBytes: 250))).Entries.Count);
        Assert.Equal(1, (await Log.Read(new ReadRequest(0, 0, MaxBytes: 1))).Entries.Count);
    }

    [Fact]
    public async Task A_read_at_the_tail_without_waiting_is_empty()
    {
        await new LogWriter(Fixture, 1).Append("a");
        var reply = await Log.Read(new ReadRequest(0, 1));
        Assert.Equal((ReadStatus.Read, 0, 1), (reply.Status, reply.Entries.Count, reply.Head.Tail));
    }

    [Fact]
    public async Task A_waiting_read_ends_with_the_first_entry_that_is_appended()
    {
        var read = Log.Read(new ReadRequest(2, 0, Wait: s_long)).AsTask();
        await new LogWriter(Fixture, 1).Append("other partition");
        Assert.False(read.IsCompleted);
        await new LogWriter(Fixture, 1, partition: 2).Append("a", "b");
        Assert.Equal(2, (await read.WaitAsync(Patience.Limit)).Entries.Count);
    }

    [Fact]
    public async Task Every_waiting_reader_is_woken()
    {
        var reads = Enumerable.Range(0, 5).Select(_ => Log.Read(new ReadRequest(0, 0, Wait: s_long)).AsTask()).ToArray();
        await new LogWriter(Fixture, 1).Append("a");
        Assert.All(await Task.WhenAll(reads).WaitAsync(Patience.Limit), reply => Assert.Single(reply.Entries));
    }

    [Fact]
    public async Task A_waiting_read_ends_empty_when_its_time_is_over()
    {
        var read = Log.Read(new ReadRequest(0, 0, Wait: TimeSpan.FromSeconds(5))).AsTask();
        Assert.False(read.IsCompleted);
        Fixture.Time.Advance(TimeSpan.FromSeconds(6));
        var reply = await read.WaitAsync(Patience.Limit);
        Assert.Equal((ReadStatus.Read, 0), (reply.Status, reply.Entries.Count));
    }

    [Fact]
    public async Task A_waiting_read_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var read = Log.Read(new ReadRequest(0, 0, Wait: s_long), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task A_waiting_read_ends_with_a_mismatch_when_a_generation_starts()
    {
        var head = await Log.ReadHead(0);
        var read = Log.Read(new ReadRequest(0, 0, head.Generation, Wait: s_long)).AsTask();
        await Log.StartGeneration(0, head.Generation, 0);
        Assert.Equal(ReadStatus.Mismatch, (await read.WaitAsync(Patience.Limit)).Status);
    }

    [Fact]
    public async Task A_reader_of_another_generation_is_told_so()
    {
        var head = (await new LogWriter(Fixture, 1).Append("a")).Head;
        Assert.Equal(ReadStatus.Mismatch, (await Log.Read(new ReadRequest(0, 0, head.Generation + 1))).Status);
        Assert.Equal(ReadStatus.Read, (await Log.Read(new ReadRequest(0, 0, head.Generation))).Status);
    }

    [Fact]
    public async Task A_cursor_above_the_tail_is_a_mismatch()
    {
        await new LogWriter(Fixture, 1).Append("a");
        Assert.Equal(ReadStatus.Mismatch, (await Log.Read(new ReadRequest(0, 2))).Status);
    }

    [Fact]
    public async Task The_entry_at_the_cursor_must_be_the_one_that_the_reader_saw()
    {
        await new LogWriter(Fixture, 1).Append("a", "b");
        var seen = (await Log.Read(new ReadRequest(0, 0))).Entries;
        Assert.Equal([2L], (await Log.Read(new ReadRequest(0, 1, CursorHash: seen[0].Hash))).Entries.Select(entry => entry.Position));
        Assert.Equal(ReadStatus.Mismatch, (await Log.Read(new ReadRequest(0, 1, CursorHash: seen[1].Hash))).Status);
        Assert.Equal(ReadStatus.Read, (await Log.Read(new ReadRequest(0, 2, CursorHash: seen[1].Hash))).Status);
        Assert.Equal(ReadStatus.Mismatch, (await Log.Read(new ReadRequest(0, 2, CursorHash: seen[0].Hash))).Status);
    }

    [Fact]
    public async Task A_reader_notices_a_log_that_went_back_and_has_grown_again()
    {
        var other = new LogWriter(Fixture, 2);
        await other.Append("a");
        await Fixture.KeepCopy();
        await new LogWriter(Fixture, 1).Append("b");
        var seen = (await Log.Read(new ReadRequest(0, 0))).Entries[^1];
        await Fixture.RestoreCopy();
        Assert.Equal(ReadStatus.Mismatch, (await Log.Read(new ReadRequest(0, 2, CursorHash: seen.Hash))).Status);
        await other.Append("c", "d");
        Assert.Equal(ReadStatus.Mismatch, (await Log.Read(new ReadRequest(0, 2, CursorHash: seen.Hash))).Status);
    }

    [Fact]
    public async Task The_hole_below_a_new_generation_is_read_over()
    {
        var writer = new LogWriter(Fixture, 1);
        var head = (await writer.Append("a")).Head;
        var seen = (await Log.Read(new ReadRequest(0, 0))).Entries[0];
        writer.Generation = (await Log.StartGeneration(0, head.Generation, 10)).Generation;
        await writer.Append("b");
        Assert.Equal([1L, 11L], (await Log.Read(new ReadRequest(0, 0))).Entries.Select(entry => entry.Position));
        Assert.Equal([11L], (await Log.Read(new ReadRequest(0, 1, CursorHash: seen.Hash))).Entries.Select(entry => entry.Position));
        Assert.Equal([11L], (await Log.Read(new ReadRequest(0, 7))).Entries.Select(entry => entry.Position));
        Assert.Equal(ReadStatus.Mismatch, (await Log.Read(new ReadRequest(0, 7, CursorHash: seen.Hash))).Status);
    }

    [Fact]
    public async Task Trimmed_entries_are_gone_and_a_reader_that_needs_them_is_told_so()
    {
        var writer = new LogWriter(Fixture, 1);
        await writer.Append("a", "b", "c");
        Assert.Equal(3, await Log.Trim(0, 2, long.MaxValue));
        await Fixture.Reopen();
        Assert.Equal(3, (await Log.ReadHead(0)).First);
        Assert.Equal(ReadStatus.Trimmed, (await Log.Read(new ReadRequest(0, 0))).Status);
        Assert.Equal(ReadStatus.Trimmed, (await Log.Read(new ReadRequest(0, 1))).Status);
        Assert.Equal([3L], (await Log.Read(new ReadRequest(0, 2, CursorHash: 12345))).Entries.Select(entry => entry.Position));
        Assert.Equal([4], (await writer.Append("d")).Positions);
    }

    [Fact]
    public async Task Trimming_keeps_what_is_younger_than_the_retention()
    {
        var writer = new LogWriter(Fixture, 1);
        await writer.Append("a");
        Fixture.Time.Advance(TimeSpan.FromMinutes(1));
        await writer.Append("b", "c");
        Assert.Equal(2, await Log.Trim(0, 3, Fixture.Time.GetUtcNow().ToUnixTimeMilliseconds()));
        Assert.Equal(2, (await Log.Read(new ReadRequest(0, 1))).Entries.Count);
    }

    [Fact]
    public async Task Trimming_everything_keeps_tail_writers_and_generation()
    {
        var writer = new LogWriter(Fixture, 1);
        var before = (await writer.Append("a", "b")).Head;
        Assert.Equal(3, await Log.Trim(0, 99, long.MaxValue));
        Assert.Equal(3, await Log.Trim(0, 99, long.MaxValue));
        await Fixture.Reopen();
        Assert.Equal(before with { First = 3, TailHash = 0 }, await Log.ReadHead(0));
        Assert.Equal([1, 2], (await Log.Append(writer.Last!)).Positions);
        Assert.Equal([3], (await writer.Append("c")).Positions);
        Assert.Equal([3L], (await Log.Read(new ReadRequest(0, 2))).Entries.Select(entry => entry.Position));
    }

    [Fact]
    public async Task Trimming_one_partition_leaves_the_others()
    {
        await new LogWriter(Fixture, 1).Append("a");
        await new LogWriter(Fixture, 1, partition: 1).Append("x");
        await Log.Trim(0, 9, long.MaxValue);
        Assert.Single((await Log.Read(new ReadRequest(1, 0))).Entries);
    }

    [Fact]
    public async Task A_writer_that_was_idle_and_whose_entries_were_trimmed_goes_on()
    {
        var writer = new LogWriter(Fixture, 1);
        await writer.Append("a");
        Fixture.Time.Advance(TimeSpan.FromDays(2));
        await new LogWriter(Fixture, 2).Append("x");
        await Log.Trim(0, 1, long.MaxValue);
        Assert.Equal([3], (await writer.Append("b")).Positions);
    }
}
