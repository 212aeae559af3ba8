using System.Diagnostics;
using System.Threading.Channels;
using Personalization.Algorithms.Numerics;

namespace Personalization.Load.Latency;

/// <summary>
/// Makes jobs come at times that do not depend on how fast earlier ones are done (exponential gaps, as independent users come), so that a slow
/// server meets a queue and not a patient client. What waits because the server is slow is measured from when it should have begun: without that,
/// the slowest moments would be left out of the percentiles ("coordinated omission", G. Tene).
/// </summary>
internal sealed class OpenLoop
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Sends each channel its jobs, each the timestamp at which it is due, until the time is over; then completes them.</summary>
    public static async Task Run(IReadOnlyList<(double Rate, ChannelWriter<long> Jobs)> streams, TimeSpan duration, ulong seed)
    {
        var random = new Xoshiro256(seed);
        var started = Stopwatch.GetTimestamp();
        var due = new double[streams.Count];
        for (var i = 0; i < due.Length; i++) due[i] = random.NextExponential() / streams[i].Rate;

        using var timer = new PeriodicTimer(Tick);
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
        }
        while (now < end && await timer.WaitForNextTickAsync());

        foreach (var (_, jobs) in streams) jobs.Complete();
    }
}
