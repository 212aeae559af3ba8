using Personalization.Log;

namespace Personalization.Load.Baseline;

/// <summary>
/// Puts the baseline behind the engine's own doors: where the engine appends to its log, this calls the customer's grain. So routing, parsing,
/// validation and answer are the same code for both.
/// </summary>
internal sealed class GrainAppender(IGrainFactory grains) : ILogAppender
{
    private long _answered;

    public async ValueTask<IReadOnlyList<long>> Append(int partition, IReadOnlyList<AppendItem> items, CancellationToken cancellation = default)
    {
        if (items.Count == 1) await Record(items[0]);
        else await Task.WhenAll(items.Select(Record));
        var positions = new long[items.Count];
        for (var i = 0; i < positions.Length; i++) positions[i] = Interlocked.Increment(ref _answered);
        return positions;
    }

    private Task Record(AppendItem item)
    {
        var (_, customer, _) = EntryCodec.ReadRoute(item.Bytes);
        return grains.GetGrain<IStoredCustomerGrain>(customer.Text).Record(new Orleans.Concurrency.Immutable<byte[]>(item.Bytes));
    }
}
