namespace Personalization.Algorithms.State;

/// <summary>Stored bytes are not a state that this code can restore: another kind, a newer version, cut short, or damaged.</summary>
public sealed class InvalidStateException : FormatException
{
    /// <summary>A state that cannot be restored.</summary>
    public InvalidStateException() : base("The bytes are not a state that can be restored.") { }

    /// <summary>A state that cannot be restored, with the reason.</summary>
    public InvalidStateException(string message) : base(message) { }

    /// <summary>A state that cannot be restored, with the reason and its cause.</summary>
    public InvalidStateException(string message, Exception innerException) : base(message, innerException) { }
}
