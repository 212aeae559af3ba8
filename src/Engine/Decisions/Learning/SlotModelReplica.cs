using System.Buffers;
using System.Collections.Immutable;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Models;

namespace Personalization.Engine.Decisions.Learning;

/// <summary>The action models of all slots as one silo has them.</summary>
/// <param name="slots">A slot's settings.</param>
public sealed class SlotModelReplica(Func<string, SlotSettings> slots) : IModelReplica, IActionModels
{
    private volatile ImmutableDictionary<string, ActionModel> _models = ImmutableDictionary.Create<string, ActionModel>(StringComparer.Ordinal);

    /// <inheritdoc />
    public long AllocatedBytes => _models.Values.Sum(model => (long)model.StateSize + model.CovarianceBytes);

    /// <summary>Every model that has learned something, by <see cref="SlotSettings.Model"/>.</summary>
    public IReadOnlyDictionary<string, ActionModel> Models => _models;

    /// <inheritdoc />
    public ActionModel Of(SlotSettings slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        return _models.TryGetValue(slot.Model, out var model) && model.Shape == slot.Untaught.Shape ? model : slot.Untaught;
    }

    /// <inheritdoc />
    public void Load(Stream? state)
    {
        var models = ImmutableDictionary.CreateBuilder<string, ActionModel>(StringComparer.Ordinal);
        if (state is not null)
        {
            foreach (var (name, model) in SlotModels.Adopt(SlotModels.Read(state), slots)) models[name] = Ready(model);
        }

        _models = models.ToImmutable();
    }

    /// <inheritdoc />
    public void Apply(ReadOnlySpan<byte> change, bool isWhole)
    {
        var rented = ArrayPool<byte>.Shared.Rent(change.Length);
        try
        {
            change.CopyTo(rented);
            using var stream = new MemoryStream(rented, 0, change.Length);
            if (isWhole)
            {
                Load(stream);
                return;
            }

            var models = _models.ToBuilder();
            foreach (var (name, model) in SlotModels.Read(stream)) models[name] = Ready(model);
            _models = models.ToImmutable();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>A linear model is always sampled from: what that takes once a snapshot is done here and not in somebody's decision. A logistic one need not be.</summary>
    private static ActionModel Ready(ActionModel model)
    {
        if (model.Link == RewardLink.Identity) model.Prepare();
        return model;
    }
}
