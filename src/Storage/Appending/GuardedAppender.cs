using Personalization.Log;

namespace Personalization.Storage.Appending;

/// <summary>Appends only while this process's clock can be believed.</summary>
internal sealed class GuardedAppender(GroupAppender inner, ClockGuard clock) : ILogAppender, IAsyncDisposable, IDisposable
{
    /// <inheritdoc />
    public ValueTask<IReadOnlyList<long>> Append(int partition, IReadOnlyList<AppendItem> items, CancellationToken cancellation = default) => clock.Fault is { } fault
        ? ValueTask.FromException<IReadOnlyList<long>>(new LogUnavailableException(fault))
        : inner.Append(partition, items, cancellation);

    /// <inheritdoc />
    public bool IsAvailable(int partition) => clock.Fault is null && inner.IsAvailable(partition);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <inheritdoc />
    public void Dispose() => inner.Dispose();
}
