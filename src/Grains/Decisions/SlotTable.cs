using System.Collections.Concurrent;
using Personalization.Configuration;
using Personalization.Engine.Decisions;

namespace Personalization.Grains.Decisions;

/// <summary>The settings of slots by name, made ready once.</summary>
internal sealed class SlotTable(DecisionOptions options)
{
    /// <summary>Names kept, at most: callers make them up.</summary>
    private const int MaxKept = 1000;

    private readonly ConcurrentDictionary<string, SlotSettings> _slots = new(StringComparer.Ordinal);

    /// <summary>A slot's settings; those of <see cref="DecisionOptions.Default"/> where nobody configured it.</summary>
    public SlotSettings Of(string name)
    {
        if (_slots.TryGetValue(name, out var slot)) return slot;
        slot = SlotSettings.From(name, options);
        return _slots.Count < MaxKept || options.Slots.ContainsKey(name) ? _slots.GetOrAdd(name, slot) : slot;
    }
}
