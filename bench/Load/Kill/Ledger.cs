using Personalization.Events;
using Personalization.Load.Traffic;

namespace Personalization.Load.Kill;

/// <summary>What was accepted, as the producer knows it: what the engine must say in the end.</summary>
internal sealed class Ledger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<EventType, long> _byType = [];
    private readonly Dictionary<string, long> _byCustomer = new(StringComparer.Ordinal);

    /// <summary>Events.</summary>
    public long Events { get; private set; }

    /// <summary>Money of the purchases, in cents.</summary>
    public long RevenueCents { get; private set; }

    /// <summary>Customers.</summary>
    public int Customers
    {
        get
        {
            lock (_gate) return _byCustomer.Count;
        }
    }

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
                _byCustomer[click.CustomerId] = _byCustomer.GetValueOrDefault(click.CustomerId) + 1;
            }
        }
    }

    /// <summary>How many of a type.</summary>
    public long Of(EventType type)
    {
        lock (_gate) return _byType.GetValueOrDefault(type);
    }

    /// <summary>Customers and how many events each had, at most so many, evenly over all.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Sample(int most)
    {
        lock (_gate)
        {
            var step = Math.Max(1, _byCustomer.Count / most);
            return [.. _byCustomer.OrderBy(customer => customer.Key, StringComparer.Ordinal).Where((_, index) => index % step == 0).Take(most)];
        }
    }
}
