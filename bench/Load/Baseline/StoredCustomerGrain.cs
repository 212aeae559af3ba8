using System.Buffers;
using Personalization.Engine.Profiles;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Load.Baseline;

/// <summary>
/// What most would build: a grain per customer that changes its state and awaits <c>WriteStateAsync</c>, event by event. It does the same work as
/// the engine's customer (the same fold, the same row), so that only the way to durability differs. It is let off what would make its writes larger
/// than most would make them: of event ids it remembers those of the last 100 ms, not all of ten minutes; it has no outbox, no names and no journal.
/// </summary>
internal sealed class StoredCustomerGrain(
    [PersistentState("customer", StoredCustomerGrain.Storage)] IPersistentState<StoredCustomer> state, FoldSettings settings, EntryCodec entries) : Grain, IStoredCustomerGrain
{
    /// <summary>The name of the grain storage.</summary>
    public const string Storage = "baseline";

    private readonly ProfileFold _fold = new(settings with { RecentIdWindow = TimeSpan.FromMilliseconds(100) }, entries);
    private readonly ArrayBufferWriter<byte> _row = new();
    private readonly ArrayBufferWriter<byte> _side = new();
    private CustomerProfile _profile = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stored = state.State;
        _profile = ProfileCodec.Read(CustomerKey.Parse(this.GetPrimaryKeyString()), new CustomerRecord(stored.Recorded, settings.FoldVersion, stored.Row, stored.Side, false));
        return Task.CompletedTask;
    }

    public async Task Record(Orleans.Concurrency.Immutable<byte[]> entry)
    {
        var number = state.State.Recorded + 1;
        _fold.Apply(_profile, entries.Read(new LogEntry(number, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), entry.Value)), NoSink.Instance);
        _row.ResetWrittenCount();
        _side.ResetWrittenCount();
        ProfileCodec.Write(_profile, _row, _side);
        state.State.Recorded = number;
        state.State.Row = _row.WrittenSpan.ToArray();
        state.State.Side = _side.WrittenSpan.ToArray();
        await state.WriteStateAsync();
    }

    private sealed class NoSink : IFoldSink
    {
        public static NoSink Instance { get; } = new();

        public void Emit(OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
