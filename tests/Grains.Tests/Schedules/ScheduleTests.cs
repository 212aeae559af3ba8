using System.Globalization;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Personalization.Grains.Tests.CrashModel;
using Personalization.Storage.Sqlite;
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
    public void Also_with_two_activations_of_a_customer_at_once_and_logs_that_go_back() =>
        Schedule.Everything.Sample(schedule => World.Run(schedule, readersSeeAll: false), iter: Iterations(1000), print: schedule => schedule.ToString());

    [Fact]
    public void And_on_the_embedded_store() =>
        Schedule.Crashes.Sample(RunEmbedded, iter: Iterations(10), threads: 2, print: schedule => schedule.ToString());

    [Fact]
    public void And_on_redis() => Schedule.Crashes.Sample(RunOnRedis, iter: Iterations(60), threads: 2, print: schedule => schedule.ToString());

    private static void RunOnRedis(Schedule schedule)
    {
        RedisServer.SkipUnlessInstalled();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
        using var backend = new RedisBackend(time);
        new World(schedule.Seed, time, backend.Log, backend.Store, readersSeeAll: true).Run(schedule.Steps);
    }

    private static void RunEmbedded(Schedule schedule)
    {
        var folder = Directory.CreateTempSubdirectory("personalization-schedule-");
        try
        {
            var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
            using var storage = new EmbeddedStorage(folder.FullName, 1, time);
            new World(schedule.Seed, time, storage.Log, storage.Store, readersSeeAll: true).Run(schedule.Steps);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_schedule_ends_the_same_whenever_it_is_run() => Schedule.Everything.Sample(
        schedule => Assert.Equal(World.Run(schedule, readersSeeAll: false), World.Run(schedule, readersSeeAll: false)), iter: 50, print: schedule => schedule.ToString());

    /// <summary>How many schedules: a few in every run, <c>PERSONALIZATION_SCHEDULES</c> for a long search.</summary>
    private static int Iterations(int usual) =>
        Environment.GetEnvironmentVariable("PERSONALIZATION_SCHEDULES") is { Length: > 0 } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : usual;
}
