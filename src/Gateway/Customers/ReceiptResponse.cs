using System.Text.Json.Serialization;

namespace Personalization.Gateway.Customers;

/// <summary>An entry is in the log, durably.</summary>
/// <param name="EventId">Its id: <c>after=</c> takes it, so that the next read shows the effect.</param>
/// <param name="Warnings">What was changed in it; left out where nothing was.</param>
public sealed record ReceiptResponse(string EventId, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Warnings = null)
{
    internal static ReceiptResponse Of(string eventId, IReadOnlyList<string> warnings) => new(eventId, warnings.Count > 0 ? warnings : null);
}

/// <summary>An erasure is in the log, durably.</summary>
/// <param name="EventId">Its id.</param>
/// <param name="CustomerId">Who is erased.</param>
/// <param name="RawLogErasedBy">By when the raw bytes of earlier events have left the log with its retention.</param>
public sealed record ErasureReceipt(string EventId, string CustomerId, DateTime RawLogErasedBy);

/// <summary>A consent to set.</summary>
/// <param name="Granted">Whether it is granted.</param>
/// <param name="Source">Where the customer said so; kept as evidence.</param>
public sealed record ConsentRequest(bool Granted, string? Source = null);

/// <summary>A consent as it stands.</summary>
/// <param name="Purpose">What for.</param>
/// <param name="Granted">Whether it is granted; null = the customer never said.</param>
/// <param name="At">When it was last said.</param>
/// <param name="CaughtUp">Whether everything that was accepted before the call is in it.</param>
public sealed record ConsentStateResponse(string Purpose, bool? Granted, DateTime? At, bool CaughtUp);
