using Personalization.Engine.Features;
using Personalization.Engine.Profiles;
using Personalization.Events;

namespace Personalization.Engine.Recommendations;

/// <summary>
/// What of one customer matters to recommendations, copied out of the profile in one turn: the running session, what was seen and bought lately, and
/// affinities as shares. Reused between questions, so that asking allocates nothing once it has grown.
/// </summary>
public sealed class CustomerTaste
{
    /// <summary>Items of a session that are looked at, the last ones.</summary>
    public const int SessionItems = 20;

    private readonly List<RecentItem> _session = [];
    private readonly List<RecentItem> _recent = [];
    private readonly List<(ulong Key, double Share)> _categories = [];
    private readonly List<(ulong Key, double Share)> _brands = [];

    /// <summary>The items of the newest session, oldest first, with their events; where that session showed none, the last ones before it.</summary>
    public IReadOnlyList<RecentItem> Session => _session;

    /// <summary>All items remembered, oldest first.</summary>
    public IReadOnlyList<RecentItem> Recent => _recent;

    /// <summary>Affinities for categories as shares of their sum, strongest first.</summary>
    public IReadOnlyList<(ulong Key, double Share)> Categories => _categories;

    /// <summary>Affinities for brands as shares of their sum, strongest first.</summary>
    public IReadOnlyList<(ulong Key, double Share)> Brands => _brands;

    /// <summary>Reads a profile; of who refuses personalization nothing, and what is popular is answered.</summary>
    public void Read(CustomerProfile profile, FoldSettings settings)
    {
        ArgumentNullException.ThrowIfNull(profile);
        Clear();
        var state = new FeatureView(profile).For(FeaturePurpose.Personalization).Live(settings);
        for (var i = 0; i < state.Items.Count; i++) _recent.Add(state.Items[i]);
        ReadSession(state.Session.StartedAt);
        Shares(state.Categories, _categories);
        Shares(state.Brands, _brands);
    }

    /// <summary>Forgets the customer.</summary>
    public void Clear()
    {
        _session.Clear();
        _recent.Clear();
        _categories.Clear();
        _brands.Clear();
    }

    /// <summary>The share of a category; 0 where there is no affinity.</summary>
    public double ShareOfCategory(ulong category) => ShareOf(_categories, category);

    /// <summary>The share of a brand; 0 where there is no affinity.</summary>
    public double ShareOfBrand(ulong brand) => ShareOf(_brands, brand);

    /// <summary>Whether an item was looked at, and whether it was bought since a time.</summary>
    public (bool IsSeen, bool IsPurchased) Knows(ulong item, long purchasedSince)
    {
        var (seen, purchased) = (false, false);
        for (var i = _recent.Count - 1; i >= 0; i--)
        {
            if (_recent[i].Item != item) continue;
            seen = true;
            purchased |= _recent[i].Type == EventType.Purchase && _recent[i].Time >= purchasedSince;
        }

        return (seen, purchased);
    }

    /// <summary>In how many sessions the customer can have had both items at most, as far as is remembered: no more than there are events with the rarer
    /// one.</summary>
    public int SessionsWithAtMost(ulong item, ulong other)
    {
        var (events, otherEvents) = (0, 0);
        foreach (var recent in _recent)
        {
            if (recent.Item == item) events++;
            if (recent.Item == other) otherEvents++;
        }

        return Math.Min(events, otherEvents);
    }

    private void ReadSession(long startedAt)
    {
        for (var i = _recent.Count - 1; i >= 0 && _session.Count < SessionItems; i--)
        {
            var item = _recent[i];
            if (item.Time < startedAt && _session.Count > 0) break;
            if (ClickFacts.Shows(item.Type)) _session.Add(item);
        }

        _session.Reverse();
    }

    private static void Shares(AffinityTable table, List<(ulong Key, double Share)> shares)
    {
        var sum = 0.0;
        foreach (var weight in table.Weights) sum += weight;
        if (sum <= 0) return;
        for (var i = 0; i < table.Count; i++) shares.Add((table.Keys[i], table.Weights[i] / sum));
        shares.Sort(static (left, right) => left.Share != right.Share ? right.Share.CompareTo(left.Share) : left.Key.CompareTo(right.Key));
    }

    private static double ShareOf(List<(ulong Key, double Share)> shares, ulong key)
    {
        foreach (var (known, share) in shares)
        {
            if (known == key) return share;
        }

        return 0;
    }
}
