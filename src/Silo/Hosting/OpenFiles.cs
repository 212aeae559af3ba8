using System.Globalization;

namespace Personalization.Silo.Hosting;

/// <summary>
/// How many files and connections the operating system lets this process have open. Without one left neither a reader nor a caller gets in, so connections are bounded below it, and a process
/// that may have too few for its own files does not start.
/// </summary>
internal static class OpenFiles
{
    /// <summary>An engine's own: assemblies, the store's files and the connections that read them.</summary>
    public const int Own = 448;

    /// <summary>The fewest that an engine starts with.</summary>
    public const int Least = 512;

    /// <summary>The process's bound; null where it is not known, or there is none.</summary>
    public static long? Limit { get; } = Read();

    /// <summary>What is wrong with a bound; null if nothing is.</summary>
    public static string? Fault(long? limit) => limit < Least
        ? string.Create(CultureInfo.InvariantCulture, $"The process may have only {limit} files open; it needs {Least}, and one more for each connection. Raise the bound ('ulimit -n', LimitNOFILE).")
        : null;

    /// <summary>How many connections a bound leaves room for; null = as many as come.</summary>
    public static long? Connections(long? limit) => limit is { } files ? Math.Max(1, files - Own) : null;

    private static long? Read()
    {
        const string Name = "Max open files";
        try
        {
            foreach (var line in File.ReadLines("/proc/self/limits"))
            {
                if (!line.StartsWith(Name, StringComparison.Ordinal)) continue;
                var soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
                return long.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? limit : null;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Not Linux, or nothing is told.
        }

        return null;
    }
}
