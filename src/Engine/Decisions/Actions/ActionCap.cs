using System.Text.Json.Serialization;

namespace Personalization.Engine.Decisions.Actions;

/// <summary>
/// A limit on how often one customer is decided for within a sliding time: <c>{"per":"group","limit":1,"days":7}</c> or
/// <c>{"per":"channel","limit":2,"period":"12h"}</c>.
/// </summary>
public sealed record ActionCap
{
    /// <summary>
    /// What is counted: decisions for this <c>action</c>, for any action of its <c>group</c>, or for any on its <c>channel</c>. The limit binds
    /// this action alone; the others of the group or channel count towards it and have limits of their own.
    /// </summary>
    public string Per { get; init; } = "";

    /// <summary>The most within the period, 1 to <see cref="ActionRules.MaxCapLimit"/>.</summary>
    public int Limit { get; init; }

    /// <summary>The period in days; fractions are allowed. Either this or <see cref="Period"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Days { get; init; }

    /// <summary>The period as a duration: a number and <c>w</c>, <c>d</c>, <c>h</c>, <c>m</c> or <c>s</c>, such as <c>12h</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Period { get; init; }
}
