using System.Text;
using Personalization.Log;
using Personalization.Partitions;
using Xunit;

namespace Personalization.TestKit.Storage;

/// <summary>What every partition log does, whatever it is made of: appends, generations and epochs. Reads and trims are in <see cref="PartitionLogReadConformance"/>.</summary>
public abstract class PartitionLogConformance : IAsyncLifetime
{
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
    public async Task A_new_partition_is_empty_and_has_a_generation()
    {
        var head = await Log.ReadHead(1);
        Assert.NotEqual(0UL, head.Generation);
        Assert.Equal((1, 1, 0, 0UL, Epoch.None), (head.GenerationStart, head.First, head.Tail, head.TailHash, head.Epoch));
    }

    [Fact]
    public async Task Positions_are_dense_from_one_within_each_partition()
    {
        var first = new LogWriter(Fixture, 1);
        var other = new LogWriter(Fixture, 1, partition: 3);
        Assert.Equal([1, 2], (await first.Append("a", "b")).Positions);
        Assert.Equal([1], (await other.Append("x")).Positions);
        var reply = await first.Append("c");
        Assert.Equal([3], reply.Positions);
        Assert.Equal((1, 3, new LogEntry(3, 0, LogWriter.Bytes("c")).Hash), (reply.Head.First, reply.Head.Tail, reply.Head.TailHash));
        Assert.Equal(reply.Head, await Log.ReadHead(0));
    }

    [Fact]
    public async Task A_repeat_is_answered_with_the_same_positions_and_appends_nothing()
    {
        var writer = new LogWriter(Fixture, 1);
        var reply = await writer.Append("a", "b");
        var repeat = await Log.Append(writer.Last!);
        Assert.Equal((AppendStatus.Appended, 2), (repeat.Status, repeat.Head.Tail));
        Assert.Equal(reply.Positions, repeat.Positions);
    }

    [Fact]
    public async Task A_repeat_is_answered_with_the_same_positions_after_others_appended_and_after_reopening()
    {
        var writer = new LogWriter(Fixture, 1);
        await new LogWriter(Fixture, 2).Append("x");
        var reply = await writer.Append("a", "b");
        await new LogWriter(Fixture, 3).Append("y");
        await Fixture.Reopen();
        Assert.Equal(reply.Positions, (await Log.Append(writer.Last!)).Positions);
        Assert.Equal(4, (await Log.ReadHead(0)).Tail);
    }

    [Fact]
    public async Task A_late_repeat_that_arrives_beside_the_next_group_is_refused_or_answered_and_never_appended_twice()
    {
        var writer = new LogWriter(Fixture, 1);
        await writer.Append("a");
        var earlier = writer.Last!;
        var next = await writer.Prepare("b");
        var replies = await Task.WhenAll(Log.Append(next).AsTask(), Log.Append(earlier).AsTask(), Log.Append(next).AsTask());
        Assert.Equal([2], replies[0].Positions);
        Assert.Contains(replies[1].Status, new[] { AppendStatus.Appended, AppendStatus.CounterTooLow });
        Assert.Equal([2], replies[2].Positions);
        Assert.Equal(AppendStatus.CounterTooLow, (await Log.Append(earlier)).Status);
        Assert.Equal(2, (await Log.ReadHead(0)).Tail);
    }

    [Fact]
    public async Task A_counter_that_was_passed_is_refused_for_ever_also_after_reopening()
    {
        var writer = new LogWriter(Fixture, 1);
        await writer.Append("a");
        var earlier = writer.Last!;
        await writer.Append("b");
        await Fixture.Reopen();
        var reply = await Log.Append(earlier);
        Assert.Equal((AppendStatus.CounterTooLow, 0, 2), (reply.Status, reply.Positions.Count, reply.Head.Tail));
    }

    [Fact]
    public async Task Another_group_under_a_counter_that_was_used_is_an_error_and_harms_nothing()
    {
        var writer = new LogWriter(Fixture, 1);
        await writer.Append("a");
        Assert.Equal(AppendStatus.OtherGroup, (await Log.Append(writer.Last! with { Items = [new AppendItem([1]), new AppendItem([2])] })).Status);
        Assert.Equal([2], (await writer.Append("b")).Positions);
    }

    [Fact]
    public async Task An_empty_group_and_an_unknown_partition_are_errors()
    {
        var request = await new LogWriter(Fixture, 1).Prepare("a");
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Log.Append(request with { Items = [] }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Log.Append(request with { Partition = PartitionLogFixture.Partitions }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Log.Append(request with { Counter = 0 }));
    }

    [Fact]
    public async Task Another_generation_refuses_an_append_but_still_answers_a_repeat()
    {
        var writer = new LogWriter(Fixture, 1);
        var reply = await writer.Append("a");
        var appended = writer.Last!;
        var head = await Log.StartGeneration(0, reply.Head.Generation, 0);
        Assert.Equal([1], (await Log.Append(appended)).Positions);
        var refused = await writer.Append("b");
        Assert.Equal((AppendStatus.WrongGeneration, head.Generation), (refused.Status, refused.Head.Generation));
        writer.Generation = head.Generation;
        Assert.Equal([2], (await writer.Append("b")).Positions);
    }

    [Fact]
    public async Task A_new_generation_starts_above_the_tail_and_above_what_was_asked_for()
    {
        var writer = new LogWriter(Fixture, 1);
        var first = (await writer.Append("a", "b")).Head;
        var second = await Log.StartGeneration(0, first.Generation, 10);
        Assert.NotEqual(first.Generation, second.Generation);
        Assert.Equal((11, 1, 10, 0UL), (second.GenerationStart, second.First, second.Tail, second.TailHash));
        var third = await Log.StartGeneration(0, second.Generation, 3);
        Assert.Equal((11, 10), (third.GenerationStart, third.Tail));
        await Fixture.Reopen();
        Assert.Equal(third, await Log.ReadHead(0));
        writer.Generation = third.Generation;
        Assert.Equal([11], (await writer.Append("c")).Positions);
    }

    [Fact]
    public async Task A_generation_is_started_by_compare_and_set()
    {
        var head = await Log.ReadHead(0);
        var heads = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Log.StartGeneration(0, head.Generation, 5).AsTask()));
        Assert.Single(heads.Select(started => started.Generation).Distinct());
        Assert.Equal(heads[0], await Log.StartGeneration(0, head.Generation, 50));
    }

    [Fact]
    public async Task A_writer_notices_a_log_that_went_back()
    {
        var writer = new LogWriter(Fixture, 1);
        await writer.Append("a");
        await Fixture.KeepCopy();
        await writer.Append("b");
        await Fixture.RestoreCopy();
        var reply = await writer.Append("c");
        Assert.Equal((AppendStatus.WentBack, 1), (reply.Status, reply.Head.Tail));
    }

    [Fact]
    public async Task A_writer_notices_a_log_that_went_back_and_has_grown_again()
    {
        var writer = new LogWriter(Fixture, 1);
        var other = new LogWriter(Fixture, 2);
        await writer.Append("a");
        await other.Append("x");
        await Fixture.KeepCopy();
        await writer.Append("b");
        await Fixture.RestoreCopy();
        await other.Append("y", "z");
        Assert.Equal(AppendStatus.WentBack, (await writer.Append("c")).Status);
        var head = await Log.StartGeneration(0, writer.Generation, writer.Acknowledged);
        writer.Generation = head.Generation;
        Assert.Equal([head.GenerationStart], (await writer.Append("c")).Positions);
    }

    [Fact]
    public async Task A_group_that_a_log_lost_can_be_sent_again_in_the_next_generation()
    {
        var writer = new LogWriter(Fixture, 1);
        await writer.Append("a");
        await Fixture.KeepCopy();
        var lost = await writer.Prepare("b");
        await Log.Append(lost);
        await Fixture.RestoreCopy();
        var head = await Log.StartGeneration(0, lost.Generation, 1);
        Assert.Equal(AppendStatus.WrongGeneration, (await Log.Append(lost)).Status);
        Assert.Equal([2], (await Log.Append(lost with { Generation = head.Generation })).Positions);
        Assert.Equal([2], (await Log.Append(lost)).Positions);
    }

    [Fact]
    public async Task Items_of_an_earlier_tenure_are_refused_one_by_one_and_repeats_tell_the_same()
    {
        var writer = new LogWriter(Fixture, 1);
        await Log.AnnounceEpoch(0, new Epoch(3, 7));
        var request = await writer.Prepare(
        [
            new AppendItem(LogWriter.Bytes("a")), new AppendItem(LogWriter.Bytes("b"), new Epoch(2, 9)),
            new AppendItem(LogWriter.Bytes("c"), new Epoch(3, 7)), new AppendItem(LogWriter.Bytes("d"), new Epoch(1, 1)), new AppendItem(LogWriter.Bytes("e"), new Epoch(4, 1)),
        ]);
        long[] expected = [1, AppendReply.StaleEpoch, 2, AppendReply.StaleEpoch, 3];
        Assert.Equal(expected, (await writer.Send(request)).Positions);
        await Log.AnnounceEpoch(0, new Epoch(9, 9));
        await Fixture.Reopen();
        Assert.Equal(expected, (await Log.Append(request)).Positions);
        Assert.Equal(["a", "c", "e"], (await Log.Read(new ReadRequest(0, 0))).Entries.Select(entry => Encoding.UTF8.GetString(entry.Bytes)));
    }

    [Fact]
    public async Task A_group_of_which_every_item_is_refused_moves_no_tail_but_the_counter()
    {
        var writer = new LogWriter(Fixture, 1);
        await Log.AnnounceEpoch(0, new Epoch(3, 7));
        var reply = await writer.Append(new Epoch(2, 1), "a", "b");
        Assert.Equal((AppendStatus.Appended, 0), (reply.Status, reply.Head.Tail));
        Assert.Equal([AppendReply.StaleEpoch, AppendReply.StaleEpoch], reply.Positions);
        Assert.Equal([1], (await writer.Append("c")).Positions);
    }

    [Fact]
    public async Task An_announced_tenure_is_never_lowered()
    {
        await Log.AnnounceEpoch(0, new Epoch(5, 1));
        await Log.AnnounceEpoch(0, new Epoch(4, 2));
        await Fixture.Reopen();
        Assert.Equal(new Epoch(5, 1), (await Log.ReadHead(0)).Epoch);
    }

    [Fact]
    public async Task Log_time_is_stamped_and_never_decreases()
    {
        var writer = new LogWriter(Fixture, 1);
        var start = Fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await writer.Append("a");
        Fixture.Time.Advance(TimeSpan.FromSeconds(2));
        await writer.Append("b");
        Fixture.Time.AdjustTime(DateTimeOffset.FromUnixTimeMilliseconds(start - 60_000));
        await Fixture.Reopen();
        var reply = await writer.Append("c");
        var entries = (await Log.Read(new ReadRequest(0, 0))).Entries;
        Assert.Equal([start, start + 2000, start + 2000], entries.Select(entry => entry.LogTime));
        Assert.Equal(start + 2000, reply.Head.TailTime);
    }

    [Fact]
    public async Task Writers_that_append_at_once_share_a_dense_run_of_positions_each_in_its_own_order()
    {
        const int Writers = 8, Groups = 25;
        var taken = await Task.WhenAll(Enumerable.Range(1, Writers).Select(async id =>
        {
            var writer = new LogWriter(Fixture, (ulong)id);
            var positions = new List<long>();
            for (var i = 0; i < Groups; i++) positions.AddRange((await writer.Append($"{id}:{i}:0", $"{id}:{i}:1")).Positions);
            return positions;
        }));
        Assert.All(taken, positions => Assert.Equal(positions.Order(), positions));
        Assert.Equal(Enumerable.Range(1, Writers * Groups * 2).Select(position => (long)position), taken.SelectMany(positions => positions).Order());
        var entries = (await Log.Read(new ReadRequest(0, 0, MaxEntries: 1000))).Entries;
        Assert.Equal(Writers * Groups * 2, entries.Select(entry => Encoding.UTF8.GetString(entry.Bytes)).Distinct().Count());
    }
}
