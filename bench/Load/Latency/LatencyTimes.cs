using System.Diagnostics;
using HdrHistogram;
using Personalization.Load.Reporting;

namespace Personalization.Load.Latency;

/// <summary>Times of one kind, in microseconds, three digits exact, up to a minute.</summary>
internal sealed class LatencyTimes(string name)
{
    private const long MaxMicroseconds = 60_000_000;

    private readonly LongConcurrentHistogram _histogram = new(1, MaxMicroseconds, 3);

    /// <summary>The columns of <see cref="AddTo"/>.</summary>
    public static string[] Columns { get; } = ["what", "count", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms"];

    /// <summary>How many.</summary>
    public long Count => _histogram.TotalCount;

    /// <summary>Notes the time from one timestamp to another.</summary>
    public void Record(long from, long to) =>
        _histogram.RecordValue(Math.Clamp((long)Stopwatch.GetElapsedTime(from, to).TotalMicroseconds, 1, MaxMicroseconds));

    /// <summary>A percentile in milliseconds.</summary>
    public double Percentile(double percentile) => Count == 0 ? double.NaN : _histogram.GetValueAtPercentile(percentile) / 1000.0;

    /// <summary>Adds a row.</summary>
    public void AddTo(ReportTable table) => table.Row(name, Count, Percentile(50), Percentile(90), Percentile(99), Percentile(99.9), Percentile(100));
}
