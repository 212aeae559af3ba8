namespace Personalization.Silo.Commands.Tables;

/// <summary>A user's file cannot be read as what it was taken for; the message is written for the user and says what to do.</summary>
public sealed class TableException : Exception
{
    /// <summary>An exception with a message for the user.</summary>
    public TableException(string message, Exception? inner = null)
        : base(message, inner) { }
}
