using System.Diagnostics.Metrics;

namespace Personalization.Storage.Appending;

/// <summary>Instruments of the appender, in the meter <c>Personalization</c>.</summary>
internal static class AppenderMetrics
{
    private static readonly Meter s_meter = new("Personalization");

    /// <summary>Entries per group.</summary>
    public static readonly Histogram<long> GroupSize = s_meter.CreateHistogram<long>("personalization.append.group_size", "{entry}", "Entries appended in one group.");

    /// <summary>From sending a group to knowing its outcome.</summary>
    public static readonly Histogram<double> Duration = s_meter.CreateHistogram<double>(
        "personalization.append.duration", "s", "Time from sending a group to the log until its outcome was known.");

    /// <summary>Tries whose outcome was unknown.</summary>
    public static readonly Counter<long> Unknown = s_meter.CreateCounter<long>("personalization.append.unknown", "{try}", "Appends whose outcome was unknown and that were repeated.");

    /// <summary>Logs found to have gone back.</summary>
    public static readonly Counter<long> WentBack = s_meter.CreateCounter<long>("personalization.append.went_back", "{time}", "Partitions whose log was found to have gone back by an append.");
}
