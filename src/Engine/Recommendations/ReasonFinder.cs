using System.Runtime.InteropServices;
using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.NearestNeighbours;
using Personalization.Customers;
using Personalization.Engine.Profiles;
using Personalization.Engine.Recommendations.Catalogue;
using Personalization.Engine.Recommendations.Indexes;
using Personalization.Events;

namespace Personalization.Engine.Recommendations;

/// <summary>
/// Finds for each recommended item what led to it, and which of the customer's own events that was: the item of the session with the strongest tie to
/// it, asked of the same indexes that proposed it.
/// </summary>
/// <remarks>
/// What others did is told only where others did it. The indexes know sessions, not customers; but the customer's own events bound in how many sessions the
/// customer can have made a pair, and a session beyond those is somebody else's. That others "went on" from one to the other the indexes do not tell
/// for most pairs, so the sentence says only that they were looked at together.
/// </remarks>
internal static class ReasonFinder
{
    /// <summary>Items at the end of the session that may be cited.</summary>
    private const int CitedItems = 4;

    /// <summary>From how many clicks of late and from how many sessions on it is many who look at an item: somebody who reloads a page is one.</summary>
    private const int Many = 5;

    public static void Explain(
        Span<Recommendation> results, in RecommendationRequest request, CustomerTaste taste, ItemIndexes indexes, ItemCatalogue.Reader catalogue, RecommenderWorkspace work)
    {
        work.Reserve(results.Length);
        var items = work.Items.AsSpan(0, results.Length);
        var evidence = work.Evidence.AsSpan(0, results.Length);
        evidence.Clear();
        for (var i = 0; i < results.Length; i++) items[i] = results[i].Item;

        var query = CollectionsMarshal.AsSpan(work.Query);
        var cited = query.Length > CitedItems ? query[^CitedItems..] : query;
        // What others did with it counts before what it is like.
        Cite(indexes.Pairs, cited, request.Time, taste, indexes.Neighbours, work, results, items, evidence);
        Cite(indexes.Rules, cited, request.Time, taste, indexes.Neighbours, work, results, items, evidence);
        if (AnyWithout(results, evidence)) Cite(indexes.Neighbours, cited, request.Time, taste, indexes.Neighbours, work, results, items, evidence);
        for (var i = 0; i < results.Length; i++)
        {
            ref var result = ref results[i];
            if (result.NextItem > 0 && evidence[i] == 0) CiteContent(indexes, cited, ref result);
            if (result.CitedItem != 0) FindEvent(ref result, taste);
            else ExplainWithoutSession(ref result, request.Time, taste, indexes, catalogue);
            // Items that were put but never clicked have a name nowhere else.
            if (result.CitedItem != 0 && catalogue.TryFind(result.CitedItem, out var facts)) result.CitedItemId = facts.ItemId;
        }
    }

    /// <summary>Asks a recommender about each item of the session alone; the strongest tie that others made, the newer the heavier, is the one that is cited.</summary>
    private static void Cite(
        SessionRecommender recommender, ReadOnlySpan<ulong> cited, long time, CustomerTaste taste, VmisKnn sessions, RecommenderWorkspace work,
        Span<Recommendation> results, ReadOnlySpan<ulong> items, Span<double> evidence)
    {
        var scores = work.Scores.AsSpan(0, items.Length);
        Span<double> strongest = stackalloc double[items.Length <= 256 ? items.Length : 0];
        strongest = items.Length <= 256 ? strongest : new double[items.Length];
        strongest.Clear();
        for (var position = 1; position <= cited.Length; position++)
        {
            var one = cited.Slice(cited.Length - position, 1);
            recommender.Score(new SessionQuery(one, time, RepeatPolicy.Allow), items, work.Scratch, scores);
            for (var i = 0; i < items.Length; i++)
            {
                if (evidence[i] > 0 || results[i].NextItem <= 0 || items[i] == one[0]) continue;
                var tie = scores[i] / position;
                if (tie <= strongest[i] || !DidOthers(one[0], results[i], taste, sessions)) continue;
                strongest[i] = tie;
                results[i].Reason = RecommendationReasonKind.AlsoViewed;
                results[i].CitedItem = one[0];
            }
        }

        for (var i = 0; i < items.Length; i++) evidence[i] += strongest[i];
    }

    private static bool DidOthers(ulong cited, in Recommendation result, CustomerTaste taste, VmisKnn sessions)
    {
        // Not seen: the pair cannot be the customer's own. Older pairs than the sessions that are kept are known only then.
        if (!result.IsSeen) return true;
        var own = taste.SessionsWithAtMost(cited, result.Item);
        return own == 0 || sessions.SessionsWith(cited, result.Item, own + 1) > own;
    }

    private static bool AnyWithout(ReadOnlySpan<Recommendation> results, ReadOnlySpan<double> evidence)
    {
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].NextItem > 0 && evidence[i] == 0) return true;
        }

        return false;
    }

    private static void CiteContent(ItemIndexes indexes, ReadOnlySpan<ulong> cited, ref Recommendation result)
    {
        var strongest = 0.0;
        for (var position = 1; position <= cited.Length; position++)
        {
            var item = cited[^position];
            if (item == result.Item) continue;
            var tie = indexes.Content.Between(item, result.Item) / position;
            if (tie <= strongest) continue;
            strongest = tie;
            result.Reason = RecommendationReasonKind.SimilarItem;
            result.CitedItem = item;
        }
    }

    /// <summary>The customer's newest event with the cited item; none where the caller named it.</summary>
    private static void FindEvent(ref Recommendation result, CustomerTaste taste)
    {
        for (var i = taste.Session.Count - 1; i >= 0; i--)
        {
            if (taste.Session[i].Item == result.CitedItem)
            {
                (result.CitedPosition, result.CitedTime) = (taste.Session[i].Position, taste.Session[i].Time);
                return;
            }
        }
    }

    private static void ExplainWithoutSession(ref Recommendation result, long time, CustomerTaste taste, ItemIndexes indexes, ItemCatalogue.Reader catalogue)
    {
        if (result.NextItem > 0 && result.IsSeen)
        {
            ExplainByItself(ref result, taste);
            return;
        }

        for (var node = result.Category; node != CategoryTree.None; node = catalogue.ParentOf(node))
        {
            if (taste.ShareOfCategory(catalogue.HashOf(node)) <= 0) continue;
            result.Reason = RecommendationReasonKind.CategoryAffinity;
            result.Name = catalogue.PathOf(node);
            var liked = node;
            for (var i = taste.Recent.Count - 1; i >= 0; i--)
            {
                if (!catalogue.TryFind(taste.Recent[i].Item, out var facts) || !catalogue.IsWithin(facts.Category, liked)) continue;
                Cite(ref result, taste.Recent[i]);
                return;
            }

            return;
        }

        if (result.BrandHash != 0 && taste.ShareOfBrand(result.BrandHash) > 0)
        {
            result.Reason = RecommendationReasonKind.BrandAffinity;
            if (catalogue.TryFind(result.Item, out var facts)) result.Name = facts.Brand;
            CiteNewest(ref result, taste, catalogue, static (in RecentItem item, in Recommendation of, ItemCatalogue.Reader catalogue) => catalogue.TryFind(item.Item, out var facts) && facts.BrandHash == of.BrandHash);
            return;
        }

        if (result.IsSeen)
        {
            ExplainByItself(ref result, taste);
            return;
        }

        // The last click may have decayed a little.
        var isMany = indexes.Trending.CountAt(result.Item, time) > Many - 1 && indexes.Neighbours.SessionsWith(result.Item) >= Many;
        result.Reason = isMany ? RecommendationReasonKind.Trending : result.Trending > 0 ? RecommendationReasonKind.Viewed : RecommendationReasonKind.Catalogue;
    }

    /// <summary>The customer's newest event with the item itself, and what that was.</summary>
    private static void ExplainByItself(ref Recommendation result, CustomerTaste taste)
    {
        for (var i = taste.Recent.Count - 1; i >= 0; i--)
        {
            var recent = taste.Recent[i];
            if (recent.Item != result.Item) continue;
            result.Reason = recent.Type == EventType.Purchase ? RecommendationReasonKind.BoughtBefore : RecommendationReasonKind.SeenBefore;
            Cite(ref result, recent);
            return;
        }
    }

    private delegate bool Match(in RecentItem item, in Recommendation of, ItemCatalogue.Reader catalogue);

    private static void CiteNewest(ref Recommendation result, CustomerTaste taste, ItemCatalogue.Reader catalogue, Match match)
    {
        for (var i = taste.Recent.Count - 1; i >= 0; i--)
        {
            if (!match(taste.Recent[i], result, catalogue)) continue;
            Cite(ref result, taste.Recent[i]);
            return;
        }
    }

    private static void Cite(ref Recommendation result, in RecentItem item)
    {
        result.CitedItem = item.Item;
        (result.CitedPosition, result.CitedTime) = (item.Position, item.Time);
    }
}
