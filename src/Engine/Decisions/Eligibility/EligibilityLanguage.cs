using Personalization.Engine.Features;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>The names that expressions may use: for editors that complete them, and for the pages that explain them.</summary>
public static class EligibilityLanguage
{
    /// <summary>What stands without parentheses, in the order of the profile.</summary>
    public static IReadOnlyList<EligibilityName> Columns { get; } = [.. EligibilityColumns.All.Select(column => new EligibilityName(column.Name, TypeOf(column), column.Name) { Purpose = column.Purpose })];

    /// <summary>What stands before parentheses.</summary>
    public static IReadOnlyList<EligibilityName> Functions { get; } = [.. EligibilityFunctions.All.Select(function => new EligibilityName(function.Name, "function", function.Signature))];

    private static string TypeOf(EligibilityColumn column) => (column.Kind, column.UnitMs) switch
    {
        (ValueKind.Number, Durations.Second) => "number of seconds",
        (ValueKind.Number, Durations.Day) => "number of days",
        (ValueKind.Number, Durations.Week) => "number of weeks",
        (ValueKind.Number, _) => "number",
        (ValueKind.Time, _) => "time",
        (ValueKind.Flag, _) => "true or false",
        _ => "text",
    };
}

/// <summary>A name of the language.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">What it is, in words.</param>
/// <param name="Example">How it is written.</param>
public sealed record EligibilityName(string Name, string Type, string Example)
{
    /// <summary>What a column is read for; who refused it is a stranger to it.</summary>
    public FeaturePurpose Purpose { get; init; }
}
