namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>Ends the reading of a text at its first fault; never leaves <see cref="EligibilityExpression"/>.</summary>
internal sealed class EligibilityParseException(int offset, string message) : Exception(message)
{
    /// <summary>Where, counted from 0.</summary>
    public int Offset => offset;
}
