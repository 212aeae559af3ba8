using System.Buffers;
using System.Text;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.State;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Models;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Decisions.Learning;

/// <summary>
/// Learns the action models of slots from <see cref="LearningExample.Made"/> and <see cref="LearningExample.Resolved"/>: one for each slot that the settings name, and
/// one for all others together, in whose x the slot's name stands. So however many names callers make up, there is one model more and no more. A slot whose
/// settings ask for another shape than was stored begins anew.
/// </summary>
/// <remarks>
/// Stored: count, then name and model of each. A state of an earlier release has a model for every slot that ever asked: of those that the settings do not name the one with the most
/// rewards goes on as the shared one, and the others are left behind.
/// </remarks>
/// <param name="tenant">The tenant: actions are keyed by hash64(tenant, actionId).</param>
/// <param name="slots">A slot's settings.</param>
public sealed class SlotModels(string tenant, Func<string, SlotSettings> slots) : IOnlineModel
{
    /// <summary>Bytes of one model's posteriors, at most: 14,000 actions at 32 features. Beyond it the action that learned longest ago leaves.</summary>
    public const long MaxModelBytes = 128 << 20;

    private const int MostStored = 100_000;

    /// <summary>Bytes before a model but its name: the lengths of both.</summary>
    private const int MostHead = 16;

    private readonly SortedDictionary<string, ActionModelLearner> _learners = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _changed = new(StringComparer.Ordinal);

    /// <summary>The model as it is registered: its name, what it learns from, its replica.</summary>
    public static ModelDefinition Definition(string tenant, Func<string, SlotSettings> slots, SlotModelReplica replica) => new()
    {
        Name = "actions",
        Kinds = [LearningExample.Made, LearningExample.Resolved],
        KeepsChanges = false,
        Create = () => new SlotModels(tenant, slots),
        Replica = replica,
    };

    /// <inheritdoc />
    public long AllocatedBytes => _learners.Values.Sum(learner => (long)learner.StateSize);

    /// <inheritdoc />
    public void Learn(OutboxRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var example = LearningExample.Read(row.Item.Bytes);
        if (example.Kind != DecisionKind.NextBestAction || example.Features.Length == 0) return;
        var slot = slots(example.Slot);
        if (example.Features.Length != slot.Features.Dimension)
            throw new InvalidDataException($"slot {example.Slot} has {slot.Features.Dimension} features, the example {example.Features.Length}");
        var isLinear = slot.Policy.Options.Link == RewardLink.Identity;
        if (row.Item.Kind == LearningExample.Made && !isLinear) return;
        try
        {
            Learn(LearnerOf(slot), row.Item.Kind, example, isLinear);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"the example cannot be learned: {fault.Message}", fault);
        }

        _changed.Add(slot.Model);
    }

    /// <inheritdoc />
    /// <param name="part">A slot. One that the settings do not name: the model that it shares.</param>
    public void Reset(string part)
    {
        var settings = slots(part);
        if (!_learners.TryGetValue(settings.Model, out var learner)) return;
        _learners[settings.Model] = new ActionModelLearner(settings.Untaught.After(learner.Snapshot()), MaxModelBytes);
        _changed.Add(settings.Model);
    }

    private void Learn(ActionModelLearner learner, string kind, LearningExample example, bool isLinear)
    {
        var action = KeyHash.Name(tenant, example.Choice);
        if (!isLinear) learner.Learn(action, example.Features, example.Reward);
        else if (kind == LearningExample.Made) learner.Decided(action, example.Features);
        else learner.Resolved(action, example.Features, example.Reward);
    }

    /// <inheritdoc />
    public PublishedChange? TakeChange()
    {
        if (_changed.Count == 0) return null;
        // Told up to twice a second: at its size from the start, or each would leave several times as much behind.
        using var stream = new MemoryStream(sizeof(int) + _changed.Sum(name => MostHead + (3 * name.Length) + _learners[name].StateSize));
        Write(stream, _changed);
        _changed.Clear();
        return new PublishedChange(stream.ToArray(), IsWhole: false);
    }

    /// <inheritdoc />
    public void Replay(ReadOnlySpan<byte> change) => throw new NotSupportedException("the whole state is stored at every save");

    /// <inheritdoc />
    public void Save(Stream stream) => Write(stream, _learners.Keys);

    /// <inheritdoc />
    public void Load(Stream stream)
    {
        _learners.Clear();
        _changed.Clear();
        foreach (var (name, model) in Adopt(Read(stream), slots)) _learners[name] = new ActionModelLearner(model, MaxModelBytes);
    }

    /// <summary>Of models by slot those that are still asked for: see the remarks. Holds one at a time beside them, however many were stored.</summary>
    internal static Dictionary<string, ActionModel> Adopt(IEnumerable<(string Name, ActionModel Model)> stored, Func<string, SlotSettings> slots)
    {
        var models = new Dictionary<string, ActionModel>(StringComparer.Ordinal);
        ActionModel? best = null;
        foreach (var (name, model) in stored)
        {
            if (slots(name).Model == name) models[name] = model;
            else if (model.Shape == slots(name).Untaught.Shape && !(model.Rewards <= best?.Rewards)) best = model;
        }

        if (best is not null) models.TryAdd(SlotSettings.SharedModel, best);
        return models;
    }

    /// <summary>Reads what <see cref="Save"/> and <see cref="TakeChange"/> write, one model after another.</summary>
    internal static IEnumerable<(string Name, ActionModel Model)> Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        var count = reader.ReadInt32();
        if (count is < 0 or > MostStored) throw new InvalidDataException($"{count} slots are none that this code wrote");
        for (var i = 0; i < count; i++)
        {
            var name = reader.ReadString();
            yield return (name, Read(name, reader, reader.ReadInt32()));
        }
    }

    private static ActionModel Read(string name, BinaryReader reader, int length)
    {
        if (length < 0 || length > reader.BaseStream.Length - reader.BaseStream.Position) throw new InvalidDataException($"a model of {length} bytes is none that this code wrote");
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            reader.BaseStream.ReadExactly(rented, 0, length);
            return ActionModel.FromBytes(rented.AsSpan(0, length));
        }
        catch (InvalidStateException fault)
        {
            throw new InvalidDataException($"the model of slot {name} cannot be read: {fault.Message}", fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void Write(Stream stream, IReadOnlyCollection<string> names)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(names.Count);
        foreach (var name in names)
        {
            var model = _learners[name].Snapshot();
            var rented = ArrayPool<byte>.Shared.Rent(model.StateSize);
            var state = new StateWriter(rented.AsSpan(0, model.StateSize));
            model.Save(ref state);
            writer.Write(name);
            writer.Write(model.StateSize);
            writer.Write(rented, 0, model.StateSize);
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private ActionModelLearner LearnerOf(SlotSettings slot)
    {
        var options = slot.Policy.Options;
        if (_learners.TryGetValue(slot.Model, out var learner) && learner.IsFor(slot.Features.Dimension, options)) return learner;
        return _learners[slot.Model] = new ActionModelLearner(slot.Untaught, MaxModelBytes);
    }
}
