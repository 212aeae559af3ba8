using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Ledger;
using Personalization.Engine.Profiles;
using Personalization.Engine.Recommendations;
using Personalization.Engine.Recommendations.Indexes;
using Personalization.Grains.Decisions;
using Personalization.Models;
using Personalization.Partitions;

namespace Personalization.Grains.Customers;

/// <summary>
/// Recommends to a customer out of this silo's replica: what is chosen in one turn and in process, then the names and event ids that an answer
/// tells, looked up.
/// </summary>
internal sealed class CustomerRecommendations(ItemIndexReplica replica, Recommender recommender, CustomerServices services, RecommendationRecords records, Replicas replicas, DecisionMetrics metrics)
{
    /// <summary>The answer to a question, for a profile that stands where the reader wants it.</summary>
    /// <remarks>
    /// The answer is recorded as a decision, so that what the customer then does with an item counts for it. Nothing was drawn and no cap was spent: where the record
    /// cannot be made in time, the same answer goes out without an id.
    /// </remarks>
    public async Task<RecommendationReply> Answer(RecommendationQuery query, ProfileReply reached, long at, CustomerActor actor, RecentEvidence evidence, DecisionRecorder recorder)
    {
        replicas.Require(Replicas.Catalogue);
        replicas.Require(Replicas.ItemIndexes);
        var reply = new RecommendationReply
        {
            At = at,
            CaughtUp = reached.CaughtUp,
            AfterFound = reached.AfterFound,
            Stale = reached.Stale,
            AtBeforeNewest = reached.AtBeforeNewest,
            NewestEventTime = reached.NewestEventTime,
        };
        if (reached.AtBeforeNewest) return reply with { Status = DecisionStatus.AtBeforeNewest };
        var key = query.DryRun ? 0 : OpenDecisions.KeyOf(DecisionKind.Recommendation, query.Slot, query.IdempotencyKey);
        if (key != 0)
        {
            var repeat = await Repeat(reply, key, actor, recorder);
            await actor.Load();
            if (repeat is not null) return WithoutDeleted(repeat, actor.Profile.Customer.Tenant);
        }

        var request = ToRequest(query, actor.Profile.Customer.Tenant, at);
        var (chosen, source, position) = Choose(request, actor.Profile);
        reply = reply with { Items = await Describe(chosen, Given(query, request), query.Explain, actor, evidence), Source = source, IndexPosition = position };
        return await Record(reply, query, key, recorder);
    }

    private async Task<RecommendationReply> Record(RecommendationReply reply, RecommendationQuery query, ulong key, DecisionRecorder recorder)
    {
        var isRecorded = !query.DryRun && recorder.IsAvailable;
        if (!isRecorded || reply.Items.Count == 0)
        {
            metrics.Decided(DecisionKind.Recommendation, reply.Items.Count == 0 ? "nothing" : "notDurable");
            return reply with { Status = isRecorded ? DecisionStatus.Decided : DecisionStatus.NotDurable };
        }

        var pending = recorder.Begin(records.Make(reply, query.Slot, key), DecisionRecorder.NewShortId(), reply.At, query.Traffic);
        if (await recorder.Await(pending) == RecordEnd.Recorded)
        {
            metrics.Decided(DecisionKind.Recommendation, "decided");
            return reply with { DecisionId = await recorder.PublicId(pending.ShortId) };
        }

        metrics.Decided(DecisionKind.Recommendation, "notDurable");
        return reply with { Status = DecisionStatus.NotDurable };
    }

    /// <summary>The answer that was given for a key before; null if there is none.</summary>
    private async Task<RecommendationReply?> Repeat(RecommendationReply reply, ulong key, CustomerActor actor, DecisionRecorder recorder)
    {
        (string ShortId, long At, DecisionMade Made)? found = null;
        if (recorder.Pending.FindKey(key) is { } pending && await recorder.Await(pending) == RecordEnd.Recorded) found = (pending.ShortId, pending.At, pending.Made);
        else if (actor.IsLoaded && OpenDecisions.PositionOf(actor.Profile, key) is { } position) found = await recorder.Read(position);
        if (found is not var (shortId, at, made)) return null;
        metrics.Decided(DecisionKind.Recommendation, "repeat");
        return RecommendationRecords.Restore(reply, made) with { DecisionId = await recorder.PublicId(shortId), At = at, IsRepeat = true };
    }

    /// <summary>What was deleted since is not shown again; the record stays what it was.</summary>
    private RecommendationReply WithoutDeleted(RecommendationReply reply, string tenant)
    {
        using var catalogue = replica.Catalogue.Read();
        var items = new List<RecommendedItem>(reply.Items.Count);
        foreach (var item in reply.Items)
        {
            if (!catalogue.IsDeleted(KeyHash.Name(tenant, item.ItemId))) items.Add(item);
        }

        return items.Count == reply.Items.Count ? reply : reply with { Items = items };
    }

    /// <summary>Chooses items for a profile. In one turn: nothing is awaited, nothing is called.</summary>
    private (Recommendation[] Chosen, RecommendationSource Source, long IndexPosition) Choose(in RecommendationRequest request, CustomerProfile profile)
    {
        var work = RecommenderWorkspace.OfThread;
        work.Taste.Read(profile, services.Fold.Settings);
        return Choose(recommender, replica, request, work);
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
    private async Task<IReadOnlyList<RecommendedItem>> Describe(
        Recommendation[] chosen, IEnumerable<KeyValuePair<ulong, string>> given, bool explain, CustomerActor actor, RecentEvidence evidence)
    {
        await evidence.Fill(actor, chosen.Where(item => item.CitedPosition > 0).Select(item => item.CitedPosition));
        await actor.Load();
        return await Describe(chosen, explain, services.Names, actor.UnsavedNames.Concat(given), evidence.EventIdOf);
    }

    /// <summary>Names what was chosen: by the catalogue, the names given, the names stored. An item that none of them names is left out, because nobody could show it.</summary>
    public static async Task<IReadOnlyList<RecommendedItem>> Describe(
        Recommendation[] chosen, bool explain, NameCache nameCache, IEnumerable<KeyValuePair<ulong, string>> unsaved, Func<long, string?> eventId)
    {
        var hashes = new HashSet<ulong>(2 * chosen.Length);
        foreach (var item in chosen)
        {
            if (item.ItemId is null) hashes.Add(item.Item);
            if (item.CitedItem != 0 && item.CitedItemId is null) hashes.Add(item.CitedItem);
        }

        var names = await nameCache.Resolve(hashes, unsaved);
        var named = new List<RecommendedItem>(chosen.Length);
        foreach (ref readonly var item in chosen.AsSpan())
        {
            if ((item.ItemId ?? names.GetValueOrDefault(item.Item)) is { } itemId) named.Add(Describe(item, itemId, explain, names, eventId));
        }

        return named;
    }

    private static RecommendedItem Describe(in Recommendation item, string itemId, bool explain, IReadOnlyDictionary<ulong, string> names, Func<long, string?> eventId) => new()
    {
        ItemId = itemId,
        Score = item.Score,
        Reasons =
        [
            new RecommendationReason
            {
                Kind = item.Reason,
                ItemId = item.CitedItemId ?? names.GetValueOrDefault(item.CitedItem),
                EventId = item.CitedPosition == 0 ? null : eventId(item.CitedPosition),
                At = item.CitedPosition == 0 ? null : item.CitedTime,
                Name = item.Name,
            },
        ],
        Parts = explain ? new ScoreParts(item.NextItem, item.Affinity, item.Trending, item.IsSeen, item.IsPurchased) : null,
    };

    /// <summary>The names of the items in the call: nobody needs to be asked for those.</summary>
    private static IEnumerable<KeyValuePair<ulong, string>> Given(RecommendationQuery query, in RecommendationRequest request)
    {
        var items = query.Items is { } named ? request.Items!.Zip(named, KeyValuePair.Create) : [];
        return query.ContextItem is { } context ? items.Append(KeyValuePair.Create(request.ContextItem, context)) : items;
    }

    private static RecommendationRequest ToRequest(RecommendationQuery query, string tenant, long at) => new(
        query.Count,
        at,
        query.Repeats,
        query.ContextItem is { } context ? KeyHash.Name(tenant, context) : 0,
        query.Category,
        query.Items is { } items ? [.. items.Select(item => KeyHash.Name(tenant, item))] : null);
}
