using System.Diagnostics;

namespace Personalization.Load.Hosting;

/// <summary>Redis' append-only file, and how long it was when. Cut to an earlier length it is what a machine without power finds again, had the rest not reached the disk.</summary>
internal sealed class AppendOnlyFile(string folder)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly List<(long Timestamp, long Length)> _lengths = [];
    private long? _cut;

    /// <summary>Notes its length again and again until told to stop.</summary>
    public async Task Watch(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (Present() is { } file) _lengths.Add((Stopwatch.GetTimestamp(), file.Length));
            await Task.Delay(Look, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Before Redis starts again, the file loses what was written within a time before now.</summary>
    public void Lose(TimeSpan unsaved)
    {
        var then = Stopwatch.GetTimestamp() - (long)(unsaved.TotalSeconds * Stopwatch.Frequency);
        _cut = _lengths.LastOrDefault(length => length.Timestamp <= then).Length;
    }

    /// <summary>Cuts the file if that is due; answers the bytes that it lost.</summary>
    public long Cut()
    {
        if (_cut is not { } length || Present() is not { } file) return 0;
        _cut = null;
        var lost = file.Length - length;
        using var stream = file.OpenWrite();
        stream.SetLength(length);
        return lost;
    }

    // Redis 7 keeps a base and increments in a folder of their own; in a run this short there is one increment.
    private FileInfo? Present() => Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*.incr.aof", SearchOption.AllDirectories).FirstOrDefault() : null;
}
