namespace Personalization.Silo.Commands.Evaluate;

/// <summary>The user's data or options cannot be evaluated. The message says what to change; no stack trace is shown.</summary>
public sealed class EvaluationException : Exception
{
    /// <summary>An unexplained failure; prefer the constructor with a message.</summary>
    public EvaluationException()
        : base("The data cannot be evaluated.") { }

    /// <summary>Says what is wrong in the user's own terms: file, row, column, option.</summary>
    public EvaluationException(string message)
        : base(message) { }

    /// <summary>Says what is wrong and keeps the cause.</summary>
    public EvaluationException(string message, Exception innerException)
        : base(message, innerException) { }
}
