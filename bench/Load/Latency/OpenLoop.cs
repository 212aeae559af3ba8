using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Personalization.Algorithms.Numerics;

namespace Personalization.Load.Latency;

/// <summary>
/// Makes jobs come at times that do not depend on how fast earlier ones are done (exponential gaps, as independent users come), so that a slow
/// server meets a queue and not a patient client. What waits because the server is slow is measured from when it should have begun: without that,
/// the slowest moments would be left out of the percentiles ("coordinated omission", G. Tene).
/// </summary>
internal static class OpenLoop
{
    private const uint PauseMicroseconds = 100;

    /// <summary>Sends each channel its jobs, each the timestamp at which it is due, until the time is over; then completes them.</summary>
    public static Task Run(IReadOnlyList<(double Rate, ChannelWriter<long> Jobs)> streams, TimeSpan duration, ulong seed) => Task.Factory.StartNew(
        () => Send(streams, duration, seed), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // On a thread of its own: a timer of the pool comes one or two milliseconds late, which would be told as the server's time.
    private static void Send(IReadOnlyList<(double Rate, ChannelWriter<long> Jobs)> streams, TimeSpan duration, ulong seed)
    {
        var random = new Xoshiro256(seed);
        var started = Stopwatch.GetTimestamp();
        var due = new double[streams.Count];
        for (var i = 0; i < due.Length; i++) due[i] = random.NextExponential() / streams[i].Rate;

        var end = duration.TotalSeconds;
        double now;
        do
        {
            now = Math.Min(end, Stopwatch.GetElapsedTime(started).TotalSeconds);
            for (var i = 0; i < due.Length; i++)
            {
                for (; due[i] < now; due[i] += random.NextExponential() / streams[i].Rate)
                    streams[i].Jobs.TryWrite(started + (long)(due[i] * Stopwatch.Frequency));
            }

            Pause();
        }
        while (now < end);

        foreach (var (_, jobs) in streams) jobs.Complete();
    }

    private static void Pause()
    {
        if (OperatingSystem.IsWindows()) Thread.Sleep(1);
        else _ = Sleep(PauseMicroseconds);
    }

    [DllImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sleep(uint microseconds);
}
