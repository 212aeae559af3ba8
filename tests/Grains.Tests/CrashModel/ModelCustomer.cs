using Personalization.Customers;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>A customer's activation: the profile in memory, what of it is saved, and what is to be saved.</summary>
public sealed class ModelCustomer(World world, int number)
{
    private readonly List<(long Position, int Fact)> _unsaved = [];
    private ModelProfile? _profile;
    private Epoch _epoch;
    private long _applied;
    private EntryMark _appliedEntry;
    private long _saved;
    private (long Base, long Applied)? _handedOver;

    /// <summary>Calls to it time out.</summary>
    public bool Silent { get; set; }

    public CustomerKey Key { get; } = ModelEntry.Key(number);

    /// <summary>What a reader sees, and up to which position; null without an activation.</summary>
    public (long Applied, IReadOnlyList<int> Facts)? Visible => _profile is null ? null : (_applied, _profile.Facts);

    /// <summary>The activation is gone with all its memory.</summary>
    public void Crash() => _profile = null;

    public async ValueTask<ApplyReply> Apply(ApplyRequest request)
    {
        if (!await Enter(request.Epoch)) return new ApplyReply(ApplyStatus.StaleEpoch, _applied, _saved);
        if (request.Previous > _applied && world.Mutation != Mutation.IgnoreGap) return new ApplyReply(ApplyStatus.Gap, _applied, _saved);
        Fold(request.Entries);
        return new ApplyReply(ApplyStatus.Applied, _applied, _saved);
    }

    public async ValueTask<CollectReply> Collect(CollectRequest request)
    {
        if (!await Enter(request.Epoch)) return new CollectReply(ApplyStatus.StaleEpoch, _applied, _saved, null, []);
        if (request.Previous > _applied) return new CollectReply(ApplyStatus.Gap, _applied, _saved, null, []);
        _handedOver = (_saved, _applied);
        var write = _applied == _saved ? null : new CustomerWrite
        {
            Customer = Key,
            Base = _saved,
            Applied = _applied,
            AppliedHash = _appliedEntry.Hash,
            AppliedTime = _appliedEntry.LogTime,
            Row = _profile!.ToBytes(),
            Outbox = [.. _unsaved.Select(unsaved => new OutboxItem("fact", BitConverter.GetBytes(unsaved.Fact)))],
            NextWakeUp = _profile.Open == 0 ? null : _profile.Open,
        };
        return new CollectReply(ApplyStatus.Applied, _applied, _saved, write, []);
    }

    public async ValueTask Acknowledge(Acknowledgement acknowledgement)
    {
        if (_profile is null || acknowledgement.Epoch != _epoch) return;
        if (acknowledgement.Outcome != CommitOutcome.Conflict && acknowledgement.Applied <= _saved) return;
        if (acknowledgement.Outcome != CommitOutcome.Written || _handedOver != (acknowledgement.Base, acknowledgement.Applied))
        {
            // What is stored is not known to be what this memory holds: an earlier activation may have folded it, from a log that has since gone back.
            await Load();
            return;
        }

        _saved = acknowledgement.Applied;
        _handedOver = null;
        _unsaved.RemoveAll(unsaved => unsaved.Position <= _saved);
    }

    /// <summary>A reader: an activation that has not caught up asks the owner for what its row lacks.</summary>
    public async ValueTask Read(ModelOwner? owner)
    {
        if (_profile is not null) return;
        await Load();
        if (owner is null || owner.Stopped || owner.Epoch < _epoch) return;
        var entries = await owner.CatchUp(number, _applied);
        if (entries is null) return;
        if (owner.Epoch > _epoch) _epoch = owner.Epoch;
        Fold(entries);
    }

    private async ValueTask<bool> Enter(Epoch epoch)
    {
        if (epoch < _epoch || (epoch != _epoch && epoch.Counter == _epoch.Counter)) return false;
        if (_profile is null || (epoch > _epoch && world.Mutation != Mutation.KeepMemory)) await Load();
        _epoch = epoch;
        return true;
    }

    private async ValueTask Load()
    {
        var record = await world.Store.ReadCustomer(0, Key);
        _profile = record is null ? new ModelProfile() : ModelProfile.Read(record.Row);
        _applied = _saved = record?.Applied ?? 0;
        _unsaved.Clear();
        _handedOver = null;
        _appliedEntry = default;
    }

    private void Fold(IReadOnlyList<LogEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Position <= _applied && world.Mutation != Mutation.IgnoreApplied) continue;
            if (_profile!.Fold(ModelEntry.Read(entry.Bytes), world.DropsRepeats, world.Mutation) is { } fact) _unsaved.Add((entry.Position, fact));
            _applied = Math.Max(_applied, entry.Position);
            _appliedEntry = entry.Mark;
        }
    }
}
