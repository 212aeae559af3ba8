using System.Globalization;
using CsCheck;
using Personalization.Grains.Tests.CrashModel;
using Personalization.TestKit.Redis;

namespace Personalization.Grains.Tests.Schedules;

/// <summary>
/// The owner and the customers themselves, without a silo, under random schedules of what can happen to them. Whatever happens, once
/// everything is healed each accepted entry has had its effect exactly once.
/// </summary>
public sealed class ScheduleTests
{
    [Fact]
    public void Whatever_crashes_is_late_or_repeated_the_store_becomes_the_fold_of_the_log_and_readers_see_nothing_else() =>
        Schedule.Crashes.Sample(schedule => World.Run(schedule, readersSeeAll: true), iter: Iterations(1000), print: schedule => schedule.ToString());

    [Fact]
    public void Also_with_two_activations_of_a_customer_at_once_and_power_losses() =>
        Schedule.Everything.Sample(schedule => World.Run(schedule, readersSeeAll: false), iter: Iterations(1000), print: schedule => schedule.ToString());

    [Fact]
    public void And_on_the_embedded_store() =>
        Schedule.Crashes.Sample(schedule => Run(new SqliteBackend(), schedule, readersSeeAll: true), iter: Iterations(10), threads: 2, print: schedule => schedule.ToString());

    [Fact]
    public void And_on_redis()
    {
        RedisServer.SkipUnlessInstalled();
        Schedule.Crashes.Sample(schedule => Run(new RedisBackend(), schedule, readersSeeAll: true), iter: Iterations(60), threads: 2, print: schedule => schedule.ToString());
    }

    [Fact]
    public void And_on_redis_with_power_losses()
    {
        RedisServer.SkipUnlessInstalled();
        Schedule.Everything.Sample(schedule => Run(new RedisBackend(), schedule, readersSeeAll: false), iter: Iterations(60), threads: 2, print: schedule => schedule.ToString());
    }

    /// <summary>The owner and the customers as they are cannot do without the store's comparison: without it, the next commit writes what was lost.</summary>
    [Fact]
    public void A_store_that_does_not_compare_the_log_is_found_out()
    {
        var lostBeforeItIsSaved = new Schedule(
            1, [new(StepKind.Pass, 0, 5), new(StepKind.Sync, 0, 0), new(StepKind.Append, 0, 20), new(StepKind.Hint, 0, 2), new(StepKind.LosePower, 0, 0), new(StepKind.Pass, 0, 39)]);
        World.Run(lostBeforeItIsSaved, readersSeeAll: false);
        Assert.ThrowsAny<Exception>(() => World.Run(lostBeforeItIsSaved, readersSeeAll: false, comparesLog: false));
    }

    private static void Run(Backend machine, Schedule schedule, bool readersSeeAll)
    {
        using (machine) new World(schedule.Seed, machine, readersSeeAll).Run(schedule.Steps);
    }

    [Fact]
    public void A_schedule_ends_the_same_whenever_it_is_run() => Schedule.Everything.Sample(
        schedule => Assert.Equal(World.Run(schedule, readersSeeAll: false), World.Run(schedule, readersSeeAll: false)), iter: 50, print: schedule => schedule.ToString());

    /// <summary>How many schedules: a few in every run, <c>PERSONALIZATION_SCHEDULES</c> for a long search.</summary>
    private static int Iterations(int usual) =>
        Environment.GetEnvironmentVariable("PERSONALIZATION_SCHEDULES") is { Length: > 0 } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : usual;
}
