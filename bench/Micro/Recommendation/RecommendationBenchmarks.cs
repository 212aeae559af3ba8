using BenchmarkDotNet.Attributes;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.ItemPairs;
using Personalization.Algorithms.Recommendation.Mixing;
using Personalization.Algorithms.Recommendation.NearestNeighbours;
using Personalization.Algorithms.Recommendation.Trending;

namespace Personalization.Micro.Recommendation;

/// <summary>
/// Queries and clicks on an index of a million sessions over a million items. Items come in neighbourhoods with a few favourites each, as in a shop,
/// so that postings are full for some and short for most.
/// Queries allocate nothing.
/// </summary>
[MemoryDiagnoser]
public class RecommendationBenchmarks
{
    private const int Sessions = 1_000_000;
    private const int Items = 1_000_000;
    private const int Queries = 1_024;
    private readonly ulong[][] _queries = new ulong[Queries][];
    private readonly ScoredItem[] _results = new ScoredItem[20];
    private readonly RecommendationScratch _scratch = new();
    private readonly Xoshiro256Source _source = new();
    private VmisKnn _vmis = null!;
    private SequentialRules _rules = null!;
    private CoVisitation _coVisitation = null!;
    private TrendingItems _trending = null!;
    private RecommendationMix _mix = null!;
    private ulong _session;

    [GlobalSetup]
    public void Setup()
    {
        _vmis = new VmisKnn(new() { RecentSessions = 500, Neighbours = 100, LastItems = 4, SessionCapacity = Sessions });
        _rules = new SequentialRules();
        _coVisitation = new CoVisitation(new() { LastItems = 4 });
        _trending = new TrendingItems();
        _mix = new RecommendationMix([_vmis, _rules, _coVisitation, _trending]);
        for (_session = 0; _session < Sessions; _session++)
        {
            foreach (var item in _source.Next()) _mix.Learn(new Click(_session, item, (long)_session * 100));
        }

        for (var q = 0; q < Queries; q++) _queries[q] = _source.Next();
    }

    [Benchmark(OperationsPerInvoke = Queries)]
    public int VmisKnnQuery() => Ask(_vmis);

    [Benchmark(OperationsPerInvoke = Queries)]
    public int SequentialRulesQuery() => Ask(_rules);

    [Benchmark(OperationsPerInvoke = Queries)]
    public int CoVisitationQuery() => Ask(_coVisitation);

    [Benchmark(OperationsPerInvoke = Queries)]
    public int TrendingQuery() => Ask(_trending);

    [Benchmark(OperationsPerInvoke = Queries)]
    public int MixQuery() => Ask(_mix);

    /// <summary>A session of five clicks on a full index: the oldest session is recycled for it.</summary>
    [Benchmark(OperationsPerInvoke = 5)]
    public int VmisKnnLearnClick()
    {
        _session++;
        foreach (var item in _source.Next(5)) _vmis.Learn(new Click(_session, item, (long)_session * 100));
        return _vmis.SessionCount;
    }

    private int Ask(SessionRecommender recommender)
    {
        var found = 0;
        foreach (var query in _queries) found += recommender.Recommend(new SessionQuery(query, Sessions * 100L), _scratch, _results);
        return found;
    }

    private sealed class Xoshiro256Source
    {
        private Xoshiro256 _random = new(1);
        private readonly ulong[] _five = new ulong[5];

        public ulong[] Next() => Fill(new ulong[2 + _random.NextInt32(7)]);

        public ulong[] Next(int length) => Fill(length == _five.Length ? _five : new ulong[length]);

        private ulong[] Fill(ulong[] session)
        {
            // A neighbourhood of 1,000 items, popular neighbourhoods and items far more often than others.
            var neighbourhood = (int)(Items / 1_000 * Math.Pow(_random.NextDouble(), 2));
            for (var i = 0; i < session.Length; i++) session[i] = (ulong)((neighbourhood * 1_000) + (int)(1_000 * Math.Pow(_random.NextDouble(), 3)));
            return session;
        }
    }
}
