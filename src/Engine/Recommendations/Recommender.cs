using System.Runtime.InteropServices;
using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.Diversity;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Recommendations.Catalogue;
using Personalization.Engine.Recommendations.Indexes;

namespace Personalization.Engine.Recommendations;

/// <summary>
/// Recommends items to one customer: candidates → eligibility → score → diversity → reasons. A pure function of indexes, catalogue, taste and
/// request.
/// </summary>
/// <remarks>
/// <para><b>Candidates.</b> What the mix of VMIS-kNN, sequential rules, co-visitation and content expects after the session; the newest items of the
/// customer's favourite categories, and of the category asked for; what is trending, until there are enough.</para>
/// <para><b>Eligibility.</b> Not the item whose page it is; available, where the catalogue has it; not deleted; in the category asked for. Items that
/// were never put are eligible, because events alone may be all that there is.</para>
/// <para><b>Score.</b> With p the mix's P(next) and a the customer's affinity, 1 − (1 − c)(1 − b) of its shares for category and brand:</para>
/// <code>
/// evidence of the session:  ½ + ½ · p·(1 + a) / max p·(1 + a)
/// none:                     ½ · (t + 2a)/3                      t = decayed clicks as a share of the leader's
/// demoted:                  − 1 if seen, − 2 if bought
/// </code>
/// <para>so popularity ranks only what no evidence ranks: a decoy that everybody looks at does not displace what this session points to.</para>
/// <para><b>Diversity.</b> Maximal marginal relevance over content, then a cap on the share of one category; not for the caller's own list.</para>
/// <para>Cost: the queries of four indexes, about 0.2 ms; it allocates nothing but the caller's result.</para>
/// </remarks>
public sealed class Recommender(RecommendationOptions options)
{
    private const int LeastWindow = 40;
    private const int FavouriteCategories = 3;
    private const int NewestOfFavourite = 16;

    /// <summary>Recommends; answers how many items were written to <paramref name="results"/>, best first, and where they came from: what
    /// <see cref="RecommendationSource"/> says of their reasons.</summary>
    public int Recommend(
        in RecommendationRequest request, CustomerTaste taste, ItemIndexes indexes, ItemCatalogue.Reader catalogue, RecommenderWorkspace work, Span<Recommendation> results, out RecommendationSource source)
    {
        ArgumentNullException.ThrowIfNull(taste);
        ArgumentNullException.ThrowIfNull(indexes);
        ArgumentNullException.ThrowIfNull(work);
        results = results[..Math.Min(results.Length, request.Count)];
        work.Candidates.Clear();
        FillQuery(request, taste, work.Query);
        var scope = new Scope(request, taste, indexes, catalogue, work, options, request.Category is { } path ? catalogue.CategoryOf(path) : CategoryTree.None);
        if (request.Items is { } given) scope.AddGiven(given);
        else AddCandidates(scope, Math.Max(4 * results.Length, LeastWindow));

        Score(work.Candidates.All);
        Demote(work.Candidates.All, request.Repeats);
        var count = request.Items is null ? Diversify(scope, results) : Order(work.Candidates.All, results);
        ReasonFinder.Explain(results[..count], request, taste, indexes, catalogue, work);
        source = SourceOf(results[..count], request.Repeats);
        return count;
    }

    /// <summary>The session, and behind it the item whose page it is.</summary>
    private static void FillQuery(in RecommendationRequest request, CustomerTaste taste, List<ulong> query)
    {
        query.Clear();
        foreach (var item in taste.Session) query.Add(item.Item);
        if (request.ContextItem != 0 && (query.Count == 0 || query[^1] != request.ContextItem)) query.Add(request.ContextItem);
    }

    private static void AddCandidates(in Scope scope, int enough)
    {
        var (work, indexes) = (scope.Work, scope.Indexes);
        var query = CollectionsMarshal.AsSpan(work.Query);
        if (!query.IsEmpty)
        {
            var found = indexes.Mix.Recommend(new SessionQuery(query, scope.Request.Time, RepeatPolicy.Allow), work.Scratch, work.Found);
            foreach (ref readonly var item in work.Found.AsSpan(0, found)) scope.Add(item.Item, item.Score);
        }

        if (scope.Category != CategoryTree.None) scope.AddNewest(scope.Category, work.Newest.Length);
        for (var i = 0; i < Math.Min(FavouriteCategories, scope.Taste.Categories.Count); i++)
        {
            if (scope.Catalogue.CategoryOf(scope.Taste.Categories[i].Key) is var category && category != CategoryTree.None) scope.AddNewest(category, NewestOfFavourite);
        }

        if (scope.Undemoted >= enough) return;
        var trending = indexes.Trending.Recommend(new SessionQuery([], scope.Request.Time, RepeatPolicy.Allow), work.Scratch, work.Found);
        for (var i = 0; i < trending && scope.Undemoted < enough; i++) scope.Add(work.Found[i].Item, 0);
    }

    private static void Score(Span<Recommendation> candidates)
    {
        var top = 0.0;
        foreach (ref readonly var candidate in candidates) top = Math.Max(top, candidate.NextItem * (1 + candidate.Affinity));
        foreach (ref var candidate in candidates)
        {
            candidate.Score = candidate.NextItem > 0
                ? 0.5 + (0.5 * candidate.NextItem * (1 + candidate.Affinity) / top)
                : (candidate.Trending + (2 * candidate.Affinity)) / 6;
        }
    }

    /// <summary>The strongest of the reasons that are told. A demoted item fills the end of a list, so it decides only where there is nothing else.</summary>
    private static RecommendationSource SourceOf(ReadOnlySpan<Recommendation> results, RepeatRule repeats)
    {
        var (source, ofDemoted) = (RecommendationSource.Trending, RecommendationSource.Trending);
        var isOnlyDemoted = true;
        foreach (ref readonly var result in results)
        {
            var of = result.Reason switch
            {
                RecommendationReasonKind.AlsoViewed or RecommendationReasonKind.SimilarItem or RecommendationReasonKind.SeenBefore or RecommendationReasonKind.BoughtBefore => RecommendationSource.Session,
                RecommendationReasonKind.CategoryAffinity or RecommendationReasonKind.BrandAffinity => RecommendationSource.Affinity,
                _ => RecommendationSource.Trending,
            };
            if (result.IsSeen && repeats == RepeatRule.Demote)
            {
                if (of < ofDemoted) ofDemoted = of;
                continue;
            }

            isOnlyDemoted = false;
            if (of < source) source = of;
        }

        return isOnlyDemoted ? ofDemoted : source;
    }

    private static void Demote(Span<Recommendation> candidates, RepeatRule repeats)
    {
        if (repeats != RepeatRule.Demote) return;
        foreach (ref var candidate in candidates)
        {
            if (candidate.IsSeen) candidate.Score -= candidate.IsPurchased ? 2 : 1;
        }
    }

    /// <summary>Puts the caller's own list in order: what nothing tells apart stays as the caller had it.</summary>
    private static int Order(Span<Recommendation> candidates, Span<Recommendation> results)
    {
        candidates.Sort(static (left, right) => left.Score != right.Score ? right.Score.CompareTo(left.Score) : left.Place.CompareTo(right.Place));
        var count = Math.Min(results.Length, candidates.Length);
        candidates[..count].CopyTo(results);
        return count;
    }

    private int Diversify(in Scope scope, Span<Recommendation> results)
    {
        var work = scope.Work;
        var candidates = work.Candidates.All;
        if (work.Ranked.Length < candidates.Length)
        {
            work.Ranked = new ScoredItem[candidates.Length * 2];
            work.Closeness = new double[candidates.Length * 2];
        }

        var ranked = work.Ranked.AsSpan(0, candidates.Length);
        for (var i = 0; i < ranked.Length; i++) ranked[i] = new ScoredItem(candidates[i].Item, candidates[i].Score);
        ranked.Sort(static (left, right) => left.Score != right.Score ? right.Score.CompareTo(left.Score) : right.Item.CompareTo(left.Item));
        var window = Math.Min(ranked.Length, Math.Max(2 * results.Length, LeastWindow));
        if (options.Relevance < 1 && scope.Indexes.Content.ItemCount > 0)
        {
            var similarity = new ContentSimilarity(scope.Indexes.Content);
            MaximalMarginalRelevance.Select(ranked[..window], Math.Min(window, results.Length), options.Relevance, similarity, work.Closeness);
        }

        return TakeUnderCap(scope, ranked, results);
    }

    /// <summary>Takes the list in order but passes over what a category has too much of; what was passed over fills up at the end.</summary>
    private int TakeUnderCap(in Scope scope, ReadOnlySpan<ScoredItem> ranked, Span<Recommendation> results)
    {
        var candidates = scope.Work.Candidates;
        var cap = scope.Category != CategoryTree.None ? int.MaxValue : Math.Max(1, (int)Math.Ceiling(options.CategoryShare * results.Length));
        var count = 0;
        for (var round = 0; round < 2 && count < results.Length; round++)
        {
            for (var i = 0; i < ranked.Length && count < results.Length; i++)
            {
                ref readonly var candidate = ref candidates.All[candidates.Find(ranked[i].Item)];
                if (round == 0 && InCategory(results[..count], candidate.Category) >= cap) continue;
                if (round == 1 && IsTaken(results[..count], candidate.Item)) continue;
                results[count++] = candidate;
            }
        }

        return count;
    }

    private static int InCategory(ReadOnlySpan<Recommendation> results, int category)
    {
        if (category == CategoryTree.None) return 0;
        var count = 0;
        foreach (ref readonly var result in results)
        {
            if (result.Category == category) count++;
        }

        return count;
    }

    private static bool IsTaken(ReadOnlySpan<Recommendation> results, ulong item)
    {
        foreach (ref readonly var result in results)
        {
            if (result.Item == item) return true;
        }

        return false;
    }

    private readonly struct ContentSimilarity(Algorithms.Recommendation.Content.ContentNeighbours content) : IItemSimilarity
    {
        public double Between(ulong item, ulong other) => content.Between(item, other);
    }

    /// <summary>One question while its candidates are gathered: who is eligible, and what is known of each.</summary>
    private readonly ref struct Scope
    {
        private readonly RecommendationOptions _options;
        private readonly double _leader;

        public Scope(
            in RecommendationRequest request, CustomerTaste taste, ItemIndexes indexes, ItemCatalogue.Reader catalogue, RecommenderWorkspace work, RecommendationOptions options, int category)
        {
            (Request, Taste, Indexes, Work, _options, Category) = (request, taste, indexes, work, options, category);
            Catalogue = catalogue;
            var leader = work.Found.AsSpan(0, 1);
            _leader = indexes.Trending.Recommend(new SessionQuery([], request.Time, RepeatPolicy.Allow), work.Scratch, leader) == 1 ? leader[0].Score : 0;
        }

        public RecommendationRequest Request { get; }

        public CustomerTaste Taste { get; }

        public ItemIndexes Indexes { get; }

        public ItemCatalogue.Reader Catalogue { get; }

        public RecommenderWorkspace Work { get; }

        /// <summary>The category asked for; −1 = none, or one that no item was put into.</summary>
        public int Category { get; }

        /// <summary>Candidates that will not be demoted.</summary>
        public int Undemoted => Request.Repeats == RepeatRule.Allow ? Work.Candidates.Count : Work.Candidates.Unseen;

        public void AddGiven(IReadOnlyList<ulong> items)
        {
            Work.Reserve(items.Count);
            var given = Work.Items.AsSpan(0, items.Count);
            for (var i = 0; i < given.Length; i++) given[i] = items[i];
            var scores = Work.Scores.AsSpan(0, given.Length);
            scores.Clear();
            var query = CollectionsMarshal.AsSpan(Work.Query);
            if (!query.IsEmpty) Indexes.Mix.Score(new SessionQuery(query, Request.Time, RepeatPolicy.Allow), given, Work.Scratch, scores);
            for (var i = 0; i < given.Length; i++) Add(given[i], scores[i]);
        }

        public void AddNewest(int category, int atMost)
        {
            var count = Catalogue.Newest(category, Work.Newest.AsSpan(0, atMost));
            for (var i = 0; i < count; i++) Add(Work.Newest[i], 0);
        }

        public void Add(ulong item, double nextItem)
        {
            if (item == Request.ContextItem || Work.Candidates.Contains(item)) return;
            var isKnown = Catalogue.TryFind(item, out var facts);
            if (isKnown ? !facts.IsAvailable : Catalogue.IsDeleted(item)) return;
            if (Request.Category is not null && !(isKnown && Category != CategoryTree.None && Catalogue.IsWithin(facts.Category, Category))) return;
            var (isSeen, isPurchased) = Taste.Knows(item, Request.Time - (long)_options.PurchasedFor.TotalMilliseconds);
            if (isSeen && Request.Repeats == RepeatRule.Exclude) return;
            Work.Candidates.Add(new Recommendation
            {
                Item = item,
                ItemId = facts.ItemId,
                NextItem = nextItem,
                Affinity = AffinityOf(facts),
                Trending = _leader > 0 ? Indexes.Trending.CountAt(item, Request.Time) / _leader : 0,
                IsSeen = isSeen,
                IsPurchased = isPurchased,
                Category = facts.Category,
                BrandHash = facts.BrandHash,
            });
        }

        /// <summary>Category (the nearest above it that has a share) or brand, as if they were independent.</summary>
        private double AffinityOf(in ItemFacts facts)
        {
            var category = 0.0;
            for (var node = facts.Category; node != CategoryTree.None && category == 0; node = Catalogue.ParentOf(node)) category = Taste.ShareOfCategory(Catalogue.HashOf(node));
            var brand = facts.BrandHash == 0 ? 0 : Taste.ShareOfBrand(facts.BrandHash);
            return 1 - ((1 - category) * (1 - brand));
        }
    }
}
