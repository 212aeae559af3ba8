using Personalization.Log;

namespace Personalization.Load.Decide;

/// <summary>
/// A log that says "appended" to decisions without keeping them, and keeps everything else: what a decision costs but for its record. They are answered with
/// position 1, which every customer of the run has passed, so that nothing is left pending.
/// </summary>
internal sealed class StubbedDecisions(ILogAppender inner) : ILogAppender
{
    private static readonly long[] Appended = [1];

    public bool IsAvailable(int partition) => inner.IsAvailable(partition);

    public ValueTask<IReadOnlyList<long>> Append(int partition, IReadOnlyList<AppendItem> items, CancellationToken cancellation = default) =>
        items.Count == 1 && EntryCodec.ReadRoute(items[0].Bytes).Kind == EntryKind.Decision ? new ValueTask<IReadOnlyList<long>>(Appended) : inner.Append(partition, items, cancellation);
}
