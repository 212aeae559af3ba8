using Personalization.Log;

namespace Personalization.Grains.Tests.Schedules;

/// <summary>Waits to the end where a caller would stop waiting: that would go on over the thread pool.</summary>
internal sealed class PatientAppender(ILogAppender inner) : ILogAppender
{
    public ValueTask<IReadOnlyList<long>> Append(int partition, IReadOnlyList<AppendItem> items, CancellationToken cancellation = default) => inner.Append(partition, items, CancellationToken.None);
}
