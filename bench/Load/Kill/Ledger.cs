using Personalization.Events;
using Personalization.Load.Traffic;

namespace Personalization.Load.Kill;

/// <summary>What was accepted, as the producers know it: what the engine must say in the end.</summary>
internal sealed class Ledger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<EventType, long> _byType = [];
    private readonly Dictionary<string, (long Events, long Cents)> _byCustomer = new(StringComparer.Ordinal);

    /// <summary>Events.</summary>
    public long Events { get; private set; }

    /// <summary>Money of the purchases, in cents.</summary>
    public long RevenueCents { get; private set; }

    /// <summary>Events and money of each customer; to be read when nobody adds any longer.</summary>
    public IReadOnlyDictionary<string, (long Events, long Cents)> ByCustomer => _byCustomer;

    /// <summary>Notes accepted events.</summary>
    public void Add(ReadOnlySpan<Click> clicks)
    {
        lock (_gate)
        {
            foreach (var click in clicks)
            {
                Events++;
                RevenueCents += click.Cents;
                _byType[click.Type] = _byType.GetValueOrDefault(click.Type) + 1;
                var (events, cents) = _byCustomer.GetValueOrDefault(click.CustomerId);
                _byCustomer[click.CustomerId] = (events + 1, cents + click.Cents);
            }
        }
    }

    /// <summary>How many of a type.</summary>
    public long Of(EventType type) => _byType.GetValueOrDefault(type);
}
