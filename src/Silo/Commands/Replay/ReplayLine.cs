namespace Personalization.Silo.Commands.Replay;

/// <summary>One event of a file, ready to be posted.</summary>
/// <param name="File">The file's name without folder and <c>.gz</c>.</param>
/// <param name="Number">Its line in the file, from 1, a header counted.</param>
/// <param name="Customer">Whose event it is: decides which lane posts it.</param>
/// <param name="Time">When it happened, milliseconds since 1970-01-01 UTC; null if the event does not say.</param>
/// <param name="Json">The event as JSON, its id included.</param>
public sealed record ReplayLine(string File, long Number, string Customer, long? Time, ReadOnlyMemory<byte> Json);
