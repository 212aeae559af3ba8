namespace Personalization.Silo.Commands.Replay;

/// <summary>A replay cannot go on. The message says what to change; no stack trace is shown.</summary>
public sealed class ReplayException : Exception
{
    /// <summary>An unexplained failure; prefer the constructor with a message.</summary>
    public ReplayException()
        : base("The replay cannot go on.") { }

    /// <summary>Says what is wrong in the user's own terms: file, line, option.</summary>
    public ReplayException(string message)
        : base(message) { }

    /// <summary>Says what is wrong and keeps the cause.</summary>
    public ReplayException(string message, Exception innerException)
        : base(message, innerException) { }
}
