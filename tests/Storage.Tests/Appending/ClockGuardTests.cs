using Personalization.Log;
using Personalization.Storage.Appending;
using Personalization.Storage.Memory;

namespace Personalization.Storage.Tests.Appending;

/// <summary>A process whose clock is wrong appends nothing, and says so.</summary>
public sealed class ClockGuardTests
{
    private readonly Clock _clock = new();

    [Theory]
    [InlineData(730)]
    [InlineData(-3650)]
    public void A_jump_against_the_clock_that_only_counts_is_told_until_it_is_undone(int days)
    {
        var guard = new ClockGuard(_clock);
        _clock.Pass(TimeSpan.FromHours(5));
        Assert.Null(guard.Fault);
        _clock.Wall += TimeSpan.FromDays(days);
        Assert.Equal($"this process's clock jumped {(days > 0 ? "ahead" : "back")} by {Math.Abs(days)} days: nothing is appended until it is right again; if it is right now, restart the process", guard.Fault);
        _clock.Pass(TimeSpan.FromDays(3));
        Assert.NotNull(guard.Fault);
        _clock.Wall -= TimeSpan.FromDays(days);
        Assert.Null(guard.Fault);
    }

    [Fact]
    public void Small_corrections_are_no_jump_and_do_not_add_up()
    {
        var guard = new ClockGuard(_clock);
        for (var i = 0; i < 10; i++)
        {
            _clock.Wall += TimeSpan.FromMinutes(59);
            _clock.Pass(TimeSpan.FromHours(1));
            Assert.Null(guard.Fault);
        }

        _clock.Wall += TimeSpan.FromMinutes(61);
        Assert.NotNull(guard.Fault);
    }

    [Fact]
    public void A_machine_that_slept_has_not_jumped()
    {
        var asleep = TimeSpan.Zero;
        var guard = new ClockGuard(_clock, () => asleep + _clock.Counted);
        _clock.Wall += TimeSpan.FromHours(9);
        asleep += TimeSpan.FromHours(9);
        Assert.Null(guard.Fault);
        _clock.Wall += TimeSpan.FromHours(2);
        Assert.Equal("this process's clock jumped ahead by 2.0 hours: nothing is appended until it is right again; if it is right now, restart the process", guard.Fault);
    }

    [Theory]
    [InlineData(90, "this process's clock is 1.5 hours ahead of the store's: nothing is appended until it is right")]
    [InlineData(-2 * 24 * 60, "this process's clock is 2 days behind the store's: nothing is appended until it is right")]
    [InlineData(59, null)]
    [InlineData(-59, null)]
    public void Where_the_store_has_a_clock_that_one_decides(int minutes, string? fault)
    {
        var guard = new ClockGuard(_clock);
        guard.Compare(_clock.Wall - TimeSpan.FromMinutes(minutes));
        Assert.Equal(fault, guard.Fault);
        guard.Compare(_clock.Wall);
        Assert.Null(guard.Fault);
    }

    [Fact]
    public void A_jump_to_the_right_time_is_over_once_the_store_was_asked()
    {
        var guard = new ClockGuard(_clock);
        var right = _clock.Wall;
        _clock.Wall -= TimeSpan.FromDays(400);
        guard.Compare(right);
        Assert.NotNull(guard.Fault);
        _clock.Wall = right;
        Assert.NotNull(guard.Fault);
        guard.Compare(right);
        Assert.Null(guard.Fault);
    }

    [Fact]
    public async Task Nothing_is_appended_while_the_clock_is_wrong_and_everything_once_it_is_right()
    {
        var guard = new ClockGuard(_clock);
        var log = new MemoryPartitionLog(1);
        await using var appender = new GuardedAppender(new GroupAppender(log, new MemoryPartitionStore(1)), guard);
        Assert.Equal([1L], await appender.Append(0, [new AppendItem([1])]));
        _clock.Wall += TimeSpan.FromDays(730);
        Assert.False(appender.IsAvailable(0));
        var refused = await Assert.ThrowsAsync<LogUnavailableException>(async () => await appender.Append(0, [new AppendItem([2])]));
        Assert.Equal(guard.Fault, refused.Message);
        Assert.Equal(1, (await log.ReadHead(0)).Tail);
        _clock.Wall -= TimeSpan.FromDays(730);
        Assert.True(appender.IsAvailable(0));
        Assert.Equal([2L], await appender.Append(0, [new AppendItem([2])]));
    }

    /// <summary>A wall clock and one that only counts, each for itself.</summary>
    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Wall { get; set; } = new(2026, 5, 4, 10, 0, 0, TimeSpan.Zero);

        public TimeSpan Counted { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Counted.Ticks;

        public void Pass(TimeSpan time)
        {
            Wall += time;
            Counted += time;
        }
    }
}
