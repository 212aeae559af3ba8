using System.Globalization;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>What is wrong with an expression.</summary>
/// <param name="Column">Where, counted in characters from 1.</param>
/// <param name="Message">What, without the column.</param>
public sealed record EligibilityFault(int Column, string Message)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"column {Column}: {Message}");
}
