using System.Collections.Immutable;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Models;

namespace Personalization.Engine.Decisions.Learning;

/// <summary>The action models of all slots as one silo has them.</summary>
public sealed class SlotModelReplica : IModelReplica, IActionModels
{
    private volatile ImmutableDictionary<string, ActionModel> _models = ImmutableDictionary.Create<string, ActionModel>(StringComparer.Ordinal);

    /// <inheritdoc />
    public long AllocatedBytes => _models.Values.Sum(model => (long)model.StateSize);

    /// <summary>Every slot that has learned something, with its model.</summary>
    public IReadOnlyDictionary<string, ActionModel> Models => _models;

    /// <inheritdoc />
    public ActionModel Of(SlotSettings slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        return _models.TryGetValue(slot.Name, out var model) && model.IsFor(slot.Features.Dimension, slot.Policy.Options) ? model : slot.Untaught;
    }

    /// <inheritdoc />
    public void Load(Stream? state)
    {
        var models = ImmutableDictionary.CreateBuilder<string, ActionModel>(StringComparer.Ordinal);
        if (state is not null)
        {
            foreach (var (slot, model) in SlotModels.Read(state)) models[slot] = model;
        }

        _models = models.ToImmutable();
    }

    /// <inheritdoc />
    public void Apply(ReadOnlySpan<byte> change, bool isWhole)
    {
        using var stream = new MemoryStream(change.ToArray());
        if (isWhole)
        {
            Load(stream);
            return;
        }

        var models = _models.ToBuilder();
        foreach (var (slot, model) in SlotModels.Read(stream)) models[slot] = model;
        _models = models.ToImmutable();
    }
}
