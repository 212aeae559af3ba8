using System.Collections.Frozen;
using Personalization.Configuration;
using Personalization.Engine.Decisions;

namespace Personalization.Grains.Decisions;

/// <summary>The settings of slots by name, made ready once. Callers make names up: only those that the settings name take room.</summary>
internal sealed class SlotTable(DecisionOptions options)
{
    private readonly FrozenDictionary<string, SlotSettings> _configured = options.Slots.Keys.ToFrozenDictionary(name => name, name => SlotSettings.From(name, options), StringComparer.Ordinal);
    private readonly SlotSettings _unconfigured = SlotSettings.From(SlotSettings.SharedModel, options);

    /// <summary>A slot's settings; those of <see cref="DecisionOptions.Default"/> where nobody configured it.</summary>
    public SlotSettings Of(string name) => _configured.TryGetValue(name, out var slot) ? slot : _unconfigured.Named(name);
}
