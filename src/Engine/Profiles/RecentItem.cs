using Personalization.Events;

namespace Personalization.Engine.Profiles;

/// <summary>An item of the customer's recent past.</summary>
/// <param name="Item">Hash of the item's name, see <see cref="Partitions.KeyHash.Name"/>.</param>
/// <param name="Time">Event time, milliseconds since 1970-01-01 UTC.</param>
/// <param name="Position">The event's position in the log: its evidence.</param>
/// <param name="Type">What was done with it.</param>
public readonly record struct RecentItem(ulong Item, long Time, long Position, EventType Type);
