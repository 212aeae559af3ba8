using Personalization.Log;

namespace Personalization.Grains.Tests.Decisions;

/// <summary>A log that is down, refuses, or keeps its caller waiting when a test says so.</summary>
internal sealed class MoodyAppender(ILogAppender inner) : ILogAppender
{
    private TaskCompletionSource? _gate;

    /// <summary>Whether it is known to be down.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether the next append is refused.</summary>
    public bool Refuses { get; set; }

    /// <summary>Appends from now on are made, and answered only after <see cref="Answer"/>.</summary>
    public void KeepWaiting() => _gate = new TaskCompletionSource();

    public void Answer()
    {
        _gate?.SetResult();
        _gate = null;
    }

    public bool IsAvailable(int partition) => !IsDown;

    public async ValueTask<IReadOnlyList<long>> Append(int partition, IReadOnlyList<AppendItem> items, CancellationToken cancellation = default)
    {
        if (IsDown || Refuses) throw new LogUnavailableException("the test says no");
        var gate = _gate;
        var positions = await inner.Append(partition, items, cancellation);
        if (gate is not null) await gate.Task;
        return positions;
    }
}
