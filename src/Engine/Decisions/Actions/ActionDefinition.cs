using System.Text.Json;
using System.Text.Json.Serialization;

namespace Personalization.Engine.Decisions.Actions;

/// <summary>
/// An action as it was put: something that may be offered to a customer, with what it is worth, where and when it may be shown, to whom,
/// and how often. Stored as JSON in the document <c>action/{tenant}/{actionId}</c>. <see cref="ActionRules"/> holds the bounds.
/// </summary>
public sealed record ActionDefinition
{
    /// <summary>The action: 1 to 256 bytes of UTF-8 without <c>/</c>.</summary>
    public string ActionId { get; init; } = "";

    /// <summary>What people call it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    /// <summary>What it is worth when the customer accepts it: money or points, above 0. Default 1.</summary>
    public double Value { get; init; } = 1;

    /// <summary>The business' weight: arbitration ranks by propensity × value × lever; 0 = never by itself. Default 1.</summary>
    public double Lever { get; init; } = 1;

    /// <summary>The channel it goes out on, such as <c>email</c>; caps may count by it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Channel { get; init; }

    /// <summary>The group it belongs to, such as <c>discounts</c>; caps may count by it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Group { get; init; }

    /// <summary>The slots that it may be shown in; none = every slot.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Slots { get; init; }

    /// <summary>From when on it may be decided for; null = always was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Until when, exclusive; null = for ever.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ValidTo { get; init; }

    /// <summary>Who may have it, in the eligibility language (<see cref="Eligibility.EligibilityExpression"/>); null = everyone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Eligibility { get; init; }

    /// <summary>How often one customer may have it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ActionCap>? Caps { get; init; }

    /// <summary>The purposes that the customer must have consented to, all of them, such as <c>marketing</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Purposes { get; init; }

    /// <summary>Whether it may be decided for at all. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whatever else is known of it: an object.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Attributes { get; init; }

    /// <summary>When it was put, UTC.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? UpdatedAt { get; init; }
}
