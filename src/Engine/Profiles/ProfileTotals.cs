using System.Runtime.CompilerServices;
using Personalization.Events;

namespace Personalization.Engine.Profiles;

[InlineArray(EventTypes.Count)]
internal struct TypeCounts
{
    private uint _first;
}

/// <summary>Counts and money since the beginning: plain sums, so that no order matters and late events are in them.</summary>
internal struct ProfileTotals
{
    public TypeCounts ByType;
    public uint Late;
    public uint Bot;
    public uint Test;

    public decimal Revenue;
    public decimal Refunded;

    public readonly long Events
    {
        get
        {
            var sum = 0L;
            foreach (var count in (ReadOnlySpan<uint>)ByType) sum += count;
            return sum;
        }
    }

    public readonly long Of(EventType type) => ByType[(int)type];

    public void Add(EventType type, decimal money)
    {
        ByType[(int)type]++;
        if (type == EventType.Purchase) Revenue += money;
        else if (type == EventType.Refund) Refunded += Math.Abs(money);
    }
}
