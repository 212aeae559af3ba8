using Orleans.Concurrency;
using Personalization.Customers;
using Personalization.Engine.Recommendations;
using Personalization.Engine.Recommendations.Indexes;
using Personalization.Grains.Customers;
using Personalization.Items;
using Personalization.Models;
using Personalization.Partitions;

namespace Personalization.Grains.Catalogue;

/// <summary>Lists without a customer: as many activations as are asked at once, on the silo that is asked.</summary>
[StatelessWorker]
internal sealed class ItemListGrain(ItemIndexReplica replica, Recommender recommender, NameCache names, Replicas replicas, TimeProvider time) : Grain, IItemListGrain
{
    public async Task<RecommendationReply> List(ItemListQuery query)
    {
        replicas.Require(Replicas.Catalogue);
        replicas.Require(Replicas.ItemIndexes);
        var at = query.At ?? time.GetUtcNow().ToUnixTimeMilliseconds();
        var item = query.ItemId is { } id ? KeyHash.Name(this.GetPrimaryKeyString(), id) : 0;
        var work = RecommenderWorkspace.OfThread;
        work.Taste.Clear();
        var (chosen, source, position) = CustomerRecommendations.Choose(recommender, replica, new RecommendationRequest(query.Count, at, RepeatRule.Allow, item, query.Category), work);
        // What goes with an item is what its own clicks and content say; popularity fills no gaps here.
        if (item != 0) chosen = Array.FindAll(chosen, candidate => candidate.NextItem > 0);
        KeyValuePair<ulong, string>[] given = query.ItemId is { } named ? [KeyValuePair.Create(item, named)] : [];
        return new RecommendationReply
        {
            Items = await CustomerRecommendations.Describe(chosen, query.Explain, names, given, _ => null),
            Source = source,
            At = at,
            IndexPosition = position,
            CaughtUp = true,
        };
    }
}
