using System.Globalization;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions.Actions;

/// <summary>The bounds of a definition. Every fault is told at once, in the words of the JSON.</summary>
public static class ActionRules
{
    /// <summary>Bytes of a title in UTF-8.</summary>
    public const int MaxTitleBytes = 1024;

    /// <summary>The largest <see cref="ActionDefinition.Value"/> and <see cref="ActionDefinition.Lever"/>: products of both stay exact enough to rank.</summary>
    public const double MaxWeight = 1e9;

    /// <summary>The least product of <see cref="ActionDefinition.Value"/> and <see cref="ActionDefinition.Lever"/>, unless the lever is 0: what arbitration multiplies a reward with.</summary>
    public const double MinWorth = 1e-12;

    /// <summary>Slots, purposes and caps of one action.</summary>
    public const int MaxSlots = 64;

    /// <summary>Purposes of one action.</summary>
    public const int MaxPurposes = 16;

    /// <summary>Caps of one action.</summary>
    public const int MaxCaps = 8;

    /// <summary>The largest limit of a cap: profiles remember that many decisions of a scope.</summary>
    public const int MaxCapLimit = 100;

    /// <summary>The longest period of a cap.</summary>
    public static readonly TimeSpan MaxCapPeriod = TimeSpan.FromDays(366);

    /// <summary>The shortest period of a cap.</summary>
    public static readonly TimeSpan MinCapPeriod = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with a definition, its eligibility text left aside; empty = nothing.</summary>
    public static IReadOnlyList<string> FaultsOf(ActionDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var faults = new List<string>();
        Add(CustomerKey.IdError("actionId", definition.ActionId));
        if (definition.Title is { } title && System.Text.Encoding.UTF8.GetByteCount(title) > MaxTitleBytes) faults.Add($"title must be at most {MaxTitleBytes} bytes of UTF-8");
        if (!(definition.Value > 0 && definition.Value <= MaxWeight)) faults.Add($"value must be a number above 0 and at most {MaxWeight:N0}");
        if (!(definition.Lever >= 0 && definition.Lever <= MaxWeight)) faults.Add($"lever must be a number from 0 to {MaxWeight:N0}");
        if (faults.Count == 0 && definition.Lever > 0 && definition.Value * definition.Lever < MinWorth)
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"value × lever must be 0 or at least {MinWorth:0.############}: arbitration ranks by the product, and this one is lost"));
        if (definition.Channel is { } channel) Add(CustomerKey.IdError("channel", channel));
        if (definition.Group is { } group) Add(CustomerKey.IdError("group", group));
        Names("slots", "a slot", definition.Slots, MaxSlots);
        Names("purposes", "a purpose", definition.Purposes, MaxPurposes);
        if (definition is { ValidFrom: { } from, ValidTo: { } to } && to <= from) faults.Add("validTo must be after validFrom");
        if (definition.Attributes is { ValueKind: not System.Text.Json.JsonValueKind.Object }) faults.Add("attributes must be an object");
        if (definition.Caps is { } caps)
        {
            if (caps.Count > MaxCaps) faults.Add($"caps must be at most {MaxCaps}");
            for (var i = 0; i < caps.Count; i++) CapFaults(definition, caps[i], $"caps[{i.ToString(CultureInfo.InvariantCulture)}]", faults);
        }

        return faults;

        void Add(string? fault)
        {
            if (fault is not null) faults.Add(fault);
        }

        void Names(string name, string each, IReadOnlyList<string>? values, int max)
        {
            if (values is null) return;
            if (values.Count > max) faults.Add($"{name} must be at most {max}");
            foreach (var value in values) Add(CustomerKey.IdError(each, value));
        }
    }

    /// <summary>The scope that a cap counts by, such as <c>group:discounts</c>; null where the action has none.</summary>
    internal static string? ScopeOf(ActionDefinition definition, ActionCap cap) => cap.Per switch
    {
        "action" => "action:" + definition.ActionId,
        "group" when definition.Group is { } group => "group:" + group,
        "channel" when definition.Channel is { } channel => "channel:" + channel,
        _ => null,
    };

    /// <summary>A cap's period in milliseconds; null where it says none, or says it wrongly.</summary>
    internal static double? PeriodMs(ActionCap cap) =>
        cap is { Days: { } days, Period: null } ? days * Durations.Day
        : cap is { Days: null, Period: { } period } && Durations.TryParse(period, out var milliseconds) ? milliseconds
        : null;

    private static void CapFaults(ActionDefinition definition, ActionCap? cap, string name, List<string> faults)
    {
        if (cap is null)
        {
            faults.Add($"{name} must be an object");
            return;
        }

        if (cap.Per is not ("action" or "group" or "channel")) faults.Add($"{name}.per must be action, group or channel");
        else if (ScopeOf(definition, cap) is null) faults.Add($"{name}.per is {cap.Per}, but the action has no {cap.Per}");
        if (cap.Limit is < 1 or > MaxCapLimit) faults.Add($"{name}.limit must be a whole number from 1 to {MaxCapLimit}");
        if (cap.Days is null == cap.Period is null) faults.Add($"{name} must have either days or period");
        else if (PeriodMs(cap) is not { } milliseconds) faults.Add($"{name}.period must be a duration such as 12h or 30d");
        else if (!(milliseconds >= MinCapPeriod.TotalMilliseconds && milliseconds <= MaxCapPeriod.TotalMilliseconds))
            faults.Add($"{name} must have a period from {MinCapPeriod.TotalSeconds} s to {MaxCapPeriod.TotalDays} days");
    }
}
