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
/// Learns the action models of all slots from <see cref="LearningExample.Made"/> and <see cref="LearningExample.Resolved"/>. A slot whose settings ask for
/// another shape than was stored begins anew.
/// </summary>
/// <param name="tenant">The tenant: actions are keyed by hash64(tenant, actionId).</param>
/// <param name="slots">A slot's settings.</param>
public sealed class SlotModels(string tenant, Func<string, SlotSettings> slots) : IOnlineModel
{
    /// <summary>Slots that learn, at most; examples of further ones are refused.</summary>
    public const int MaxSlots = 1000;

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

        _changed.Add(slot.Name);
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
        using var stream = new MemoryStream();
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
        foreach (var (slot, model) in Read(stream)) _learners[slot] = new ActionModelLearner(model);
    }

    /// <summary>Reads what <see cref="Save"/> and <see cref="TakeChange"/> write: count, then name and model of each slot.</summary>
    internal static List<(string Slot, ActionModel Model)> Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        var count = reader.ReadInt32();
        if (count is < 0 or > MaxSlots) throw new InvalidDataException($"{count} slots are none that this code wrote");
        var models = new List<(string, ActionModel)>(count);
        for (var i = 0; i < count; i++)
        {
            var slot = reader.ReadString();
            try
            {
                models.Add((slot, ActionModel.FromBytes(reader.ReadBytes(reader.ReadInt32()))));
            }
            catch (InvalidStateException fault)
            {
                throw new InvalidDataException($"the model of slot {slot} cannot be read: {fault.Message}", fault);
            }
        }

        return models;
    }

    private void Write(Stream stream, IReadOnlyCollection<string> names)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(names.Count);
        foreach (var name in names)
        {
            var bytes = _learners[name].Snapshot().ToBytes();
            writer.Write(name);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    }

    private ActionModelLearner LearnerOf(SlotSettings slot)
    {
        var options = slot.Policy.Options;
        if (_learners.TryGetValue(slot.Name, out var learner) && learner.IsFor(slot.Features.Dimension, options)) return learner;
        if (learner is null && _learners.Count >= MaxSlots) throw new InvalidDataException($"at most {MaxSlots} slots learn");
        return _learners[slot.Name] = new ActionModelLearner(ActionModel.Empty(slot.Features.Dimension, options));
    }
}
