using System.Text;
using Microsoft.Extensions.Time.Testing;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Appending;
using Personalization.Storage.Memory;
using Personalization.Stores;
using Personalization.TestKit.Storage;
using Personalization.TestKit;

namespace Personalization.Storage.Tests.Appending;

public sealed class GroupAppenderTests : IDisposable
{
    private readonly MemoryPartitionLog _memory = new(4);
    private readonly MemoryPartitionStore _store = new(4);
    private readonly FaultyPartitionLog _log;

    public GroupAppenderTests() => _log = new FaultyPartitionLog(_memory);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public async Task What_arrives_while_a_group_is_under_way_goes_as_the_next_group()
    {
        await using var appender = new GroupAppender(_log, _store, scheduler: new AtOnce());
        _log.Appends.Hold();
        var calls = Enumerable.Range(0, 10).Select(i => appender.Append(0, Items($"{i}")).AsTask()).ToArray();
        _log.Appends.Release();
        var positions = await Task.WhenAll(calls).WaitAsync(Patience.Limit);
        Assert.Equal(Enumerable.Range(1, 10).Select(position => (long)position), positions.Select(single => single.Single()));
        Assert.Equal([1, 9], _log.Tried.Select(request => request.Items.Count));
        Assert.Equal([1L, 2L], _log.Tried.Select(request => request.Counter));
    }

    [Fact]
    public async Task Each_caller_gets_the_positions_of_its_own_items()
    {
        await using var appender = new GroupAppender(_log, _store);
        _log.Appends.Hold();
        var first = appender.Append(0, Items("a"));
        var second = appender.Append(0, Items("b", "c"));
        var third = appender.Append(0, Items("d"));
        _log.Appends.Release();
        Assert.Equal([1], await first);
        Assert.Equal([2, 3], await second);
        Assert.Equal([4], await third);
        Assert.Equal(["a", "b", "c", "d"], await Texts());
    }

    [Fact]
    public async Task Partitions_do_not_wait_for_each_other()
    {
        await using var appender = new GroupAppender(_log, _store, scheduler: new AtOnce());
        _log.Appends.Hold();
        var held = appender.Append(0, Items("a")).AsTask();
        var other = new GroupAppender(_memory, _store);
        Assert.Equal([1], await other.Append(1, Items("b")));
        Assert.False(held.IsCompleted);
        _log.Appends.Release();
        await held;
        await other.DisposeAsync();
    }

    [Theory]
    [InlineData(Fault.LostReply)]
    [InlineData(Fault.LostRequest)]
    public async Task An_unknown_outcome_is_repeated_with_the_identical_group_until_it_is_known(Fault fault)
    {
        await using var appender = new GroupAppender(_log, _store, new GroupAppenderOptions { FirstRetry = TimeSpan.FromMilliseconds(1), LongestRetry = TimeSpan.FromMilliseconds(1), DownAfter = 4 });
        _log.Appends.Next(fault, Fault.LostRequest, fault);
        Assert.Equal([1, 2], await appender.Append(0, Items("a", "b")));
        Assert.Equal([3], await appender.Append(0, Items("c")));
        Assert.Equal(["a", "b", "c"], await Texts());
        Assert.Equal([1L, 1L, 1L, 1L, 2L], _log.Tried.Select(request => request.Counter));
    }

    [Theory]
    [InlineData(Fault.LostReply, 1)]
    [InlineData(Fault.LostRequest, 2)]
    public async Task A_generation_that_starts_while_an_outcome_is_unknown_neither_doubles_nor_drops_the_group(Fault fault, long expected)
    {
        var time = new FakeTimeProvider();
        await using var appender = new GroupAppender(_log, _store, time: time, scheduler: new AtOnce());
        await appender.Append(1, Items("warm"));
        _log.Appends.Next(fault);
        var append = appender.Append(0, Items("a")).AsTask();
        var head = await _memory.ReadHead(0);
        await _memory.StartGeneration(0, head.Generation, 1);
        while (!append.IsCompleted) { time.Advance(TimeSpan.FromSeconds(1)); await Task.Yield(); }
        Assert.Equal([expected], await append);
        Assert.Equal(["a"], await Texts());
    }

    [Fact]
    public async Task A_log_that_went_back_gets_a_generation_above_everything_known_and_the_owner_is_fenced()
    {
        await using var appender = new GroupAppender(_log, _store);
        await appender.Append(0, Items("a"));
        var copy = _memory.Copy();
        await appender.Append(0, Items("b", "c"));
        var owner = (await _store.Claim(0, 1)).Epoch;
        await _store.Commit(new CommitChunk(0, new OwnerFence(owner, 0), [new CustomerWrite { Customer = CustomerKey.Parse("default/x"), Applied = 3 }]));
        _memory.Restore(copy);
        Assert.Equal([4], await appender.Append(0, Items("d")));
        Assert.Equal((4, 4), ((await _memory.ReadHead(0)).GenerationStart, (await _memory.ReadHead(0)).Tail));
        Assert.Equal(OwnerWriteStatus.StaleEpoch, (await _store.Commit(new CommitChunk(0, new OwnerFence(owner, 0), []))).Owner.Status);
        Assert.Equal(["a", "d"], await Texts());
    }

    [Fact]
    public async Task A_log_that_went_back_and_grew_again_gets_a_generation_although_the_store_notices_nothing()
    {
        await using var appender = new GroupAppender(_log, _store);
        await using var other = new GroupAppender(_log, _store);
        await other.Append(0, Items("a"));
        var copy = _memory.Copy();
        await appender.Append(0, Items("b"));
        _memory.Restore(copy);
        await other.Append(0, Items("c", "d"));
        Assert.Equal([4], await appender.Append(0, Items("e")).AsTask().WaitAsync(Patience.Limit));
        Assert.Equal(["a", "c", "d", "e"], await Texts());
    }

    [Fact]
    public async Task A_first_append_notices_a_log_that_is_older_than_what_was_folded()
    {
        var owner = (await _store.Claim(0, 1)).Epoch;
        await _store.Commit(new CommitChunk(0, new OwnerFence(owner, 0), [new CustomerWrite { Customer = CustomerKey.Parse("default/x"), Applied = 7 }]));
        await using var appender = new GroupAppender(_log, _store);
        Assert.Equal([8], await appender.Append(0, Items("a")));
    }

    [Fact]
    public async Task A_first_append_notices_a_log_that_went_back_and_grew_again_over_what_was_folded()
    {
        await using (var before = new GroupAppender(_log, _store)) await before.Append(0, Items("a", "b"));
        var owner = (await _store.Claim(0, 1)).Epoch;
        await _store.Commit(new CommitChunk(0, new OwnerFence(owner, 0), [new CustomerWrite { Customer = CustomerKey.Parse("default/x"), Applied = 2, AppliedHash = 12345 }]));
        await using var appender = new GroupAppender(_log, _store);
        Assert.Equal([3], await appender.Append(0, Items("c")));
        Assert.Equal(3, (await _memory.ReadHead(0)).GenerationStart);
    }

    [Fact]
    public async Task Items_of_an_earlier_tenure_are_answered_one_by_one()
    {
        await using var appender = new GroupAppender(_log, _store);
        await _memory.AnnounceEpoch(0, new Epoch(2, 1));
        Assert.Equal([1, AppendReply.StaleEpoch], await appender.Append(0, [new AppendItem([1]), new AppendItem([2], new Epoch(1, 1))]));
        Assert.Equal([2], await appender.Append(0, Items("c")));
    }

    [Fact]
    public async Task A_full_queue_refuses_and_nothing_of_the_call_is_appended()
    {
        await using var appender = new GroupAppender(_log, _store, new GroupAppenderOptions { QueueEntries = 3, GroupEntries = 2 }, scheduler: new AtOnce());
        _log.Appends.Hold();
        var first = appender.Append(0, Items("a")).AsTask();
        var second = appender.Append(0, Items("b", "c")).AsTask();
        await Assert.ThrowsAsync<LogUnavailableException>(() => appender.Append(0, Items("d", "e")).AsTask());
        var third = appender.Append(0, Items("f")).AsTask();
        _log.Appends.Release();
        await Task.WhenAll(first, second, third).WaitAsync(Patience.Limit);
        Assert.Equal(["a", "b", "c", "f"], await Texts());
    }

    [Fact]
    public async Task Groups_keep_to_their_bounds_and_never_split_a_call()
    {
        await using var appender = new GroupAppender(_log, _store, new GroupAppenderOptions { GroupEntries = 4, GroupBytes = 100 }, scheduler: new AtOnce());
        _log.Appends.Hold();
        Task[] calls =
        [
            appender.Append(0, Items("0")).AsTask(), appender.Append(0, Items("1", "2", "3")).AsTask(), appender.Append(0, Items("4", "5")).AsTask(),
            appender.Append(0, Items(new string('x', 90))).AsTask(), appender.Append(0, Items("1", "2", "3", "4", "5", "6")).AsTask(),
        ];
        _log.Appends.Release();
        await Task.WhenAll(calls).WaitAsync(Patience.Limit);
        Assert.Equal([1, 3, 3, 6], _log.Tried.Select(request => request.Items.Count));
    }

    [Fact]
    public async Task A_cancelled_caller_stops_waiting_and_the_group_goes_on()
    {
        await using var appender = new GroupAppender(_log, _store, scheduler: new AtOnce());
        using var cancellation = new CancellationTokenSource();
        _log.Appends.Hold();
        var call = appender.Append(0, Items("a"), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var next = appender.Append(0, Items("b")).AsTask();
        _log.Appends.Release();
        Assert.Equal([2], await next.WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task A_log_that_does_not_answer_tells_who_waits_and_refuses_new_calls_until_it_answers()
    {
        var time = new FakeTimeProvider();
        await using var appender = new GroupAppender(_log, _store, new GroupAppenderOptions { DownAfter = 2 }, time);
        _log.Appends.Next(Fault.LostReply, Fault.LostRequest, Fault.LostRequest);
        var first = appender.Append(0, Items("a")).AsTask();
        while (!first.IsCompleted) { time.Advance(TimeSpan.FromSeconds(1)); await Task.Yield(); }
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Assert.ThrowsAsync<LogUnavailableException>(() => appender.Append(0, Items("b")).AsTask());
        while (_log.Appends.Writes < 4) { time.Advance(TimeSpan.FromSeconds(1)); await Task.Yield(); }
        while ((await _log.ReadHead(0)).Tail < 1) await Task.Yield();
        Task<IReadOnlyList<long>> next;
        while ((next = appender.Append(0, Items("c")).AsTask()).IsFaulted) await Task.Yield();
        Assert.Equal([2], await next);
    }

    [Fact]
    public async Task Closing_sends_what_waits_and_refuses_what_comes_later()
    {
        var appender = new GroupAppender(_log, _store);
        _log.Appends.Hold();
        var calls = Enumerable.Range(0, 5).Select(i => appender.Append(0, Items($"{i}")).AsTask()).ToArray();
        var closing = appender.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<LogUnavailableException>(() => appender.Append(0, Items("late")).AsTask());
        _log.Appends.Release();
        await closing.WaitAsync(Patience.Limit);
        Assert.Equal(5, (await Task.WhenAll(calls)).Length);
        Assert.Equal(5, (await _memory.ReadHead(0)).Tail);
    }

    [Fact]
    public async Task Many_callers_with_failing_appends_each_land_exactly_once()
    {
        const int Callers = 16, Calls = 50;
        var random = new Random(7);
        await using var appender = new GroupAppender(
            _log, _store, new GroupAppenderOptions { FirstRetry = TimeSpan.FromTicks(1), LongestRetry = TimeSpan.FromTicks(1), DownAfter = int.MaxValue });
        _log.Appends.Next([.. Enumerable.Range(0, 100_000).Select(_ => (Fault)random.Next(3))]);
        var answered = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var mine = new List<(long, string)>();
            for (var i = 0; i < Calls; i++) mine.Add(((await appender.Append(0, Items($"{caller}:{i}"))).Single(), $"{caller}:{i}"));
            return mine;
        }))).WaitAsync(Patience.Limit);
        var entries = (await _memory.Read(new ReadRequest(0, 0, MaxEntries: 10_000))).Entries;
        Assert.Equal(entries.Select(entry => (entry.Position, Encoding.UTF8.GetString(entry.Bytes))), answered.SelectMany(mine => mine).Order());
    }

    [Fact]
    public async Task Others_do_not_wait_for_a_caller_that_computes_on_its_own_scheduler()
    {
        await using var appender = new GroupAppender(_log, _store);
        using ManualResetEventSlim computes = new(), ends = new();
        var grain = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        var busy = Task.Factory.StartNew(
            () =>
            {
                // A customer's turn that appends first, so that the loop is started by it, and then computes.
                var mine = appender.Append(0, Items("a")).AsTask();
                computes.Set();
                ends.Wait(Patience.Limit);
                return mine;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            grain).Unwrap();
        computes.Wait(Patience.Limit);
        try
        {
            Assert.Equal([2], await appender.Append(0, Items("b")).AsTask().WaitAsync(Patience.Limit));
        }
        finally
        {
            ends.Set();
        }

        Assert.Equal([1], await busy);
    }

    [Fact]
    public async Task Whatever_a_log_throws_leaves_the_outcome_unknown_and_appends_go_on()
    {
        await using var appender = new GroupAppender(_log, _store, new GroupAppenderOptions { FirstRetry = TimeSpan.FromTicks(1), LongestRetry = TimeSpan.FromTicks(1), DownAfter = int.MaxValue });
        foreach (var fault in new Exception[] { new InvalidOperationException("the client is busy"), new ArgumentException("a bug in the client"), new NotSupportedException("not now"), new TaskCanceledException("its own time is over") })
        {
            _log.Appends.Throw(fault);
            await appender.Append(0, Items(fault.Message));
        }

        Assert.Equal(["the client is busy", "a bug in the client", "not now", "its own time is over"], await Texts());
    }

    [Fact]
    public async Task A_writer_id_that_another_process_uses_too_ends_the_appends_of_the_partition_and_says_so()
    {
        await using var appender = new GroupAppender(_log, _store);
        await appender.Append(0, Items("a"));
        await _memory.Append(new AppendRequest(0, (await _memory.ReadHead(0)).Generation, appender.Writer, 2, 1, Items("b", "c")));
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => appender.Append(0, Items("d")).AsTask().WaitAsync(Patience.Limit));
        Assert.Contains("used twice", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LogUnavailableException>(() => appender.Append(0, Items("e")).AsTask());
        Assert.Equal([1], await appender.Append(1, Items("f")));
    }

    private static AppendItem[] Items(params string[] texts) => [.. texts.Select(text => new AppendItem(Encoding.UTF8.GetBytes(text)))];

    private async Task<IEnumerable<string>> Texts() => (await _memory.Read(new ReadRequest(0, 0))).Entries.Select(entry => Encoding.UTF8.GetString(entry.Bytes));
}
