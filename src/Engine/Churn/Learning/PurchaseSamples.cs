using Personalization.Algorithms.Lifetime;
using Personalization.Engine.Profiles;

namespace Personalization.Engine.Churn.Learning;

/// <summary>
/// A bounded uniform sample of the customers whose first purchase was told, each with its newest statistics: those whose hash is below a bound, which is halved
/// whenever they are too many.
/// </summary>
/// <remarks>
/// Whether a customer is in depends on its hash alone and not on what it does, so frequent buyers are no likelier to be. Who had bought before anything was
/// told is left out for good: of those only the ones that buy again would ever be seen, and a population without its dead fits no dropout.
/// Cost: a look-up a fact; about 70 bytes a customer.
/// </remarks>
internal sealed class PurchaseSamples(int capacity)
{
    private const int BytesEach = 70;

    private readonly Dictionary<ulong, Member> _members = [];
    private ulong _bound = ulong.MaxValue;

    public int Count => _members.Count;

    /// <summary>The newest day with a purchase of anybody: now, as far as is known.</summary>
    public int AsOf { get; private set; } = int.MinValue;

    public long AllocatedBytes => (long)BytesEach * _members.Count;

    /// <summary>Takes a fact. False: it is of nobody in the sample.</summary>
    public bool Take(in PurchaseFact fact)
    {
        if (fact.IsErased) return _members.Remove(fact.Customer);
        AsOf = Math.Max(AsOf, fact.LastDay);
        if (fact.Customer > _bound || !(fact.IsFirst || _members.ContainsKey(fact.Customer))) return false;
        _members[fact.Customer] = new Member(fact.FirstDay, fact.LastDay, fact.Days, fact.MeanValue);
        while (_members.Count > capacity)
        {
            _bound /= 2;
            foreach (var customer in _members.Keys.Where(customer => customer > _bound).ToArray()) _members.Remove(customer);
        }

        return true;
    }

    /// <summary>Everybody's x, t_x and T, and the value of a purchase day where there is money.</summary>
    public (PurchaseSample Purchases, SpendStatistics[] Spend, int Repeaters) Statistics()
    {
        var purchases = new PurchaseSample();
        var spend = new List<SpendStatistics>(_members.Count);
        var repeaters = 0;
        foreach (var member in InOrder().Select(pair => pair.Value))
        {
            purchases.Add(new PurchaseStatistics(member.Days - 1, (member.LastDay - member.FirstDay) / 7d, (AsOf - member.FirstDay) / 7d));
            if (member.Days > 1) repeaters++;
            if (member.MeanValue > 0) spend.Add(new SpendStatistics(member.Days, member.MeanValue));
        }

        return (purchases, [.. spend], repeaters);
    }

    public void Write(ByteWriter writer)
    {
        writer.UInt64(_bound);
        writer.Signed(AsOf);
        writer.Count(_members.Count);
        foreach (var (customer, member) in InOrder())
            PurchaseFacts.WriteBody(new PurchaseFact(customer, true, false, member.FirstDay, member.LastDay, member.Days, member.MeanValue), writer);
    }

    public void Read(ref ByteReader reader)
    {
        _members.Clear();
        _bound = reader.UInt64();
        AsOf = checked((int)reader.Signed());
        for (var count = reader.Count(12); count > 0; count--)
        {
            var fact = PurchaseFacts.ReadBody(ref reader);
            _members[fact.Customer] = new Member(fact.FirstDay, fact.LastDay, fact.Days, fact.MeanValue);
        }
    }

    /// <summary>By hash, so that state and fit depend on who is in and not on who came when.</summary>
    private IOrderedEnumerable<KeyValuePair<ulong, Member>> InOrder() => _members.OrderBy(pair => pair.Key);

    private readonly record struct Member(int FirstDay, int LastDay, int Days, double MeanValue);
}
