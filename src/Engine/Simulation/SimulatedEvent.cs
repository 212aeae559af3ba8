using Personalization.Events;

namespace Personalization.Engine.Simulation;

/// <summary>Something that a simulated shopper did.</summary>
/// <param name="EventId">An id that the same world always gives.</param>
/// <param name="CustomerId">The shopper's customer id.</param>
/// <param name="At">When.</param>
/// <param name="Event">What.</param>
public sealed record SimulatedEvent(string EventId, string CustomerId, DateTimeOffset At, CustomerEvent Event);
