using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Personalization.Load.Reporting;

/// <summary>How busy the whole machine was: figures from a shared machine mean little without it.</summary>
/// <param name="Busy">Processor time in which the machine was not idle, since it started.</param>
/// <param name="At">When the sample was taken, by the stopwatch.</param>
internal readonly record struct MachineLoad(TimeSpan Busy, long At)
{
    private const int TicksPerSecond = 100;

    /// <summary>Takes a sample; where there is no <c>/proc</c> nothing is known.</summary>
    public static MachineLoad Sample()
    {
        var at = Stopwatch.GetTimestamp();
        if (!File.Exists("/proc/stat")) return new MachineLoad(TimeSpan.Zero, at);

        // cpu user nice system idle iowait irq softirq steal …
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9];
        var busy = 0L;
        for (var i = 0; i < fields.Length; i++)
        {
            if (i is not (3 or 4)) busy += long.Parse(fields[i], CultureInfo.InvariantCulture);
        }

        return new MachineLoad(TimeSpan.FromSeconds((double)busy / TicksPerSecond), at);
    }

    /// <summary>The share of all cores that was busy since an earlier sample.</summary>
    public double BusySince(in MachineLoad earlier) =>
        (Busy - earlier.Busy).TotalSeconds / (Stopwatch.GetElapsedTime(earlier.At, At).TotalSeconds * Environment.ProcessorCount);

    /// <summary>The load averages over 1, 5 and 15 minutes.</summary>
    public static string Average() =>
        File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";

    /// <summary>The machine in words.</summary>
    public static string Describe()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, {memory:0} GiB, {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}");
    }
}
