using Personalization.Customers;
using Personalization.Engine.Churn;
using Personalization.Events;
using Personalization.Log;

namespace Personalization.Grains.Customers;

/// <summary>Who watches a customer, and what they are told.</summary>
internal sealed class LiveChanges(TimeProvider time)
{
    /// <summary>How long a watcher is told without asking again.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly Dictionary<ICustomerObserver, DateTimeOffset> _observers = [];

    /// <summary>Whether anybody watches.</summary>
    public bool IsWatched => _observers.Count > 0;

    public void Add(ICustomerObserver observer) => _observers[observer] = time.GetUtcNow() + Lifetime;

    public void Remove(ICustomerObserver observer) => _observers.Remove(observer);

    /// <summary>Tells all watchers; those whose time is over are dropped.</summary>
    public void Tell(ProfileChanged change)
    {
        var now = time.GetUtcNow();
        foreach (var (observer, until) in _observers.ToList())
        {
            if (until < now) _observers.Remove(observer);
            else observer.Changed(change).Ignore();
        }
    }

    public static ChangedEvent Describe(Entry entry) => entry.Payload is CustomerEvent happened
        ? new ChangedEvent(entry.Envelope.EventId, happened.CustomType ?? EventTypes.NameOf(happened.Type), happened.ItemId, entry.Envelope.EventTime)
        : new ChangedEvent(entry.Envelope.EventId, char.ToLowerInvariant(entry.Envelope.Kind.ToString()[0]) + entry.Envelope.Kind.ToString()[1..], null, entry.Envelope.EventTime);

    /// <summary>A churn crossing that an entry told.</summary>
    public static ChangedEvent Describe(Entry entry, in ChurnCrossed crossing) => new(entry.Envelope.EventId, ChurnCrossed.Kind, null, crossing.CrossedAt);
}
