namespace Personalization.Algorithms.OffPolicy;

/// <summary>The log has no support for the policy under evaluation: an action that the policy takes could not have been logged. No weight makes up for that, so it is an error and not a weight of 0.</summary>
public sealed class SupportException : ArgumentException
{
    /// <summary>A log without support.</summary>
    public SupportException() : base("The log does not support the policy.") { }

    /// <summary>A log without support, with the reason.</summary>
    public SupportException(string message) : base(message) { }

    /// <summary>A log without support, with the reason and its cause.</summary>
    public SupportException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>A log without support at a row.</summary>
    public SupportException(int row, string message) : base($"Row {row}: {message}") => Row = row;

    /// <summary>The first row that lacks support, from 0; −1 where none is named.</summary>
    public int Row { get; } = -1;
}
