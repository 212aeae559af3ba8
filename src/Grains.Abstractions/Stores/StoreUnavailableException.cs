namespace Personalization.Stores;

/// <summary>What this process stores in cannot be written or read now: its disk is full, its files are gone or damaged. The message says which, and what to do.</summary>
[GenerateSerializer, Alias("personalization.StoreUnavailableException")]
public sealed class StoreUnavailableException : Exception
{
    /// <summary>Makes one.</summary>
    public StoreUnavailableException() { }

    /// <summary>Makes one with what is wrong.</summary>
    public StoreUnavailableException(string message) : base(message) { }

    /// <summary>Makes one with what is wrong and what caused it.</summary>
    public StoreUnavailableException(string message, Exception inner) : base(message, inner) { }
}
