using System.Globalization;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>One line on a terminal that says each second what is being done and for how long; lines that are told meanwhile stand above it.</summary>
/// <param name="error">Where it is shown.</param>
/// <param name="isTerminal">Whether that is a terminal; elsewhere nothing is shown and lines are written as they are.</param>
/// <param name="time">Measures.</param>
internal sealed class ProgressLine(TextWriter error, bool isTerminal, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private string? _stage;
    private long _since;
    private int _shown;

    /// <summary>What is being done from now on.</summary>
    public void Show(string stage)
    {
        if (!isTerminal) return;
        lock (_lock)
        {
            if (stage == _stage) return;
            // A tenth more of the same is no new stage: its clock goes on.
            if (_stage is null || Name(stage) != Name(_stage)) _since = time.GetTimestamp();
            _stage = stage;
            _timer ??= time.CreateTimer(static line => ((ProgressLine)line!).Tick(), this, Interval, Interval);
            Draw();
        }
    }

    /// <summary>Writes a line that stays.</summary>
    public void WriteLine(string text)
    {
        lock (_lock)
        {
            Clear();
            error.WriteLine(text);
            if (_stage is not null) Draw();
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_lock)
        {
            Clear();
            _stage = null;
        }
    }

    private static string Name(string stage) => stage.TrimEnd('%', ' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

    private void Tick()
    {
        lock (_lock)
        {
            if (_stage is not null) Draw();
        }
    }

    private void Draw()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{_stage} … {time.GetElapsedTime(_since).TotalSeconds:0} s");
        error.Write("\r" + text.PadRight(_shown));
        _shown = text.Length;
    }

    private void Clear()
    {
        if (_shown > 0) error.Write("\r" + new string(' ', _shown) + "\r");
        _shown = 0;
    }
}
