using Personalization.Customers;
using Personalization.Engine.Profiles;
using Personalization.Engine.Recommendations;
using Personalization.Engine.Recommendations.Indexes;
using Personalization.Partitions;

namespace Personalization.Grains.Customers;

/// <summary>
/// Recommends to a customer out of this silo's replica: what is chosen in one turn and in process, then the names and event ids that an answer
/// tells, looked up.
/// </summary>
internal sealed class CustomerRecommendations(ItemIndexReplica replica, Recommender recommender, CustomerServices services)
{
    /// <summary>The answer to a question, for a profile that stands where the reader wants it.</summary>
    public async Task<RecommendationReply> Answer(RecommendationQuery query, ProfileReply reached, long at, CustomerActor actor, RecentEvidence evidence)
    {
        var reply = new RecommendationReply
        {
            At = at,
            CaughtUp = reached.CaughtUp,
            AfterFound = reached.AfterFound,
            Stale = reached.Stale,
            AtBeforeNewest = reached.AtBeforeNewest,
            NewestEventTime = reached.NewestEventTime,
        };
        if (reached.AtBeforeNewest) return reply;
        var (chosen, source, position) = Choose(query, at, actor.Profile);
        return reply with { Items = await Describe(chosen, query.Explain, actor, evidence), Source = source, IndexPosition = position };
    }

    /// <summary>Chooses items for a profile. In one turn: nothing is awaited, nothing is called.</summary>
    public (Recommendation[] Chosen, RecommendationSource Source, long IndexPosition) Choose(RecommendationQuery query, long at, CustomerProfile profile)
    {
        var tenant = profile.Customer.Tenant;
        var work = RecommenderWorkspace.OfThread;
        work.Taste.Read(profile, services.Fold.Settings);
        return Choose(recommender, replica, ToRequest(query, tenant, at), work);
    }

    /// <summary>Chooses items for whatever taste the workspace holds.</summary>
    public static (Recommendation[] Chosen, RecommendationSource Source, long IndexPosition) Choose(
        Recommender recommender, ItemIndexReplica replica, in RecommendationRequest request, RecommenderWorkspace work)
    {
        var chosen = new Recommendation[Math.Min(request.Count, request.Items?.Count ?? int.MaxValue)];
        using var catalogue = replica.Catalogue.Read();
        using var lease = replica.Read();
        var count = recommender.Recommend(request, work.Taste, lease.Value, catalogue, work, chosen, out var source);
        return (count == chosen.Length ? chosen : chosen[..count], source, lease.Value.Position);
    }

    /// <summary>Names what was chosen and the events behind it.</summary>
    public async Task<IReadOnlyList<RecommendedItem>> Describe(Recommendation[] chosen, bool explain, CustomerActor actor, RecentEvidence evidence)
    {
        await evidence.Fill(actor, chosen.Where(item => item.CitedPosition > 0).Select(item => item.CitedPosition));
        await actor.Load();
        return await Describe(chosen, explain, services.Names, actor.UnsavedNames, evidence.EventIdOf);
    }

    /// <summary>Names what was chosen.</summary>
    public static async Task<IReadOnlyList<RecommendedItem>> Describe(
        Recommendation[] chosen, bool explain, NameCache nameCache, IEnumerable<KeyValuePair<ulong, string>> unsaved, Func<long, string?> eventId)
    {
        var hashes = new HashSet<ulong>(2 * chosen.Length);
        foreach (var item in chosen)
        {
            if (item.ItemId is null) hashes.Add(item.Item);
            if (item.CitedItem != 0) hashes.Add(item.CitedItem);
        }

        var names = await nameCache.Resolve(hashes, unsaved);
        return Array.ConvertAll(chosen, item => new RecommendedItem
        {
            ItemId = item.ItemId ?? NameOf(item.Item, names),
            Score = item.Score,
            Reasons =
            [
                new RecommendationReason
                {
                    Kind = item.Reason,
                    ItemId = item.CitedItem == 0 ? null : NameOf(item.CitedItem, names),
                    EventId = item.CitedPosition == 0 ? null : eventId(item.CitedPosition),
                    At = item.CitedPosition == 0 ? null : item.CitedTime,
                    Name = item.Name,
                },
            ],
            Parts = explain ? new ScoreParts(item.NextItem, item.Affinity, item.Trending, item.IsSeen, item.IsPurchased) : null,
        });
    }

    private static RecommendationRequest ToRequest(RecommendationQuery query, string tenant, long at) => new(
        query.Count,
        at,
        query.Repeats,
        query.ContextItem is { } context ? KeyHash.Name(tenant, context) : 0,
        query.Category,
        query.Items is { } items ? [.. items.Select(item => KeyHash.Name(tenant, item))] : null);

    private static string NameOf(ulong hash, IReadOnlyDictionary<ulong, string> names) =>
        names.TryGetValue(hash, out var name) ? name : hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
