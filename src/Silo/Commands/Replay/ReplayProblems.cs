using System.Globalization;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Tells what is wrong with lines: the first ones of each file one by one, all of them as a count. Safe for several callers at once.</summary>
/// <param name="output">Where they are told.</param>
public sealed class ReplayProblems(TextWriter output)
{
    /// <summary>How many problems of one kind are told one by one for a file; the rest is counted.</summary>
    public const int MostTold = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string File, string Kind), long> _counts = [];

    /// <summary>Lines that could not be read, and were skipped.</summary>
    public long BadLines { get; private set; }

    /// <summary>Events that the engine refused for good.</summary>
    public long Rejected { get; private set; }

    /// <summary>Events that were given up because the engine could not be reached or did not take them in time.</summary>
    public long GivenUp { get; private set; }

    /// <summary>Tells something else of a file.</summary>
    public void Tell(string sentence)
    {
        lock (_lock) output.WriteLine(sentence);
    }

    /// <summary>A line cannot be read.</summary>
    public void BadLine(string file, long line, string reason)
    {
        lock (_lock)
        {
            BadLines++;
            Tell(file, line, "skipped", reason);
        }
    }

    /// <summary>The engine refused an event for good.</summary>
    public void Reject(ReplayLine line, string reason)
    {
        lock (_lock)
        {
            Rejected++;
            Tell(line.File, line.Number, "rejected", reason);
        }
    }

    /// <summary>An event was given up.</summary>
    public void GiveUp(ReplayLine line, string reason)
    {
        lock (_lock)
        {
            GivenUp++;
            Tell(line.File, line.Number, "given up", reason);
        }
    }

    /// <summary>Tells how many problems were only counted.</summary>
    public void TellRest()
    {
        lock (_lock)
        {
            foreach (var ((file, kind), count) in _counts)
            {
                if (count > MostTold) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {count - MostTold} more lines {kind}, {count} in all"));
            }
        }
    }

    private void Tell(string file, long line, string kind, string reason)
    {
        var before = _counts.GetValueOrDefault((file, kind));
        _counts[(file, kind)] = before + 1;
        if (before < MostTold) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}:{line}: {reason}; {kind}"));
    }
}
