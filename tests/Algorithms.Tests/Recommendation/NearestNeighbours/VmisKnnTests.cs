using CsCheck;
using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.NearestNeighbours;

namespace Personalization.Algorithms.Tests.Recommendation.NearestNeighbours;

public sealed class VmisKnnTests
{
    private const long Now = 1_000_000_000;

    [Fact]
    public void The_example_of_the_documentation_holds()
    {
        var vmis = new VmisKnn(new() { IdfExponent = 0 });
        ulong[][] sessions = [[1, 2], [2, 3], [2, 3, 4]];
        for (ulong s = 0; s < 3; s++)
        {
            foreach (var item in sessions[s]) vmis.Learn(new Click(s, item, Now));
        }

        var results = new ScoredItem[5];
        var count = vmis.Recommend(new SessionQuery([2], Now), new RecommendationScratch(), results);
        Assert.Equal([3UL, 4UL, 1UL], results[..count].Select(item => item.Item));
        Assert.Equal([1.8, 0.9, 0.9], results[..count].Select(item => Math.Round(item.Score, 12)));
    }

    [Fact]
    public void Sessions_with_an_item_or_with_two_are_counted_and_old_ones_are_forgotten() =>
        Gen.Select(Gen.Select(Gen.ULong[1, 8], Gen.ULong[1, 6]).Array[1, 60], Gen.Int[1, 4]).Sample((clicks, atMost) =>
        {
            var (vmis, newest) = (new VmisKnn(new() { SessionCapacity = 5, RecentSessions = 100 }), new List<ulong>());
            var sessions = new Dictionary<ulong, HashSet<ulong>>();
            foreach (var (session, item) in clicks)
            {
                vmis.Learn(new Click(session, item, Now));
                if (!newest.Contains(session))
                {
                    newest.Add(session);
                    sessions[session] = [];
                    if (newest.Count > 5) newest.RemoveAt(0);
                }

                sessions[session].Add(item);
            }

            for (ulong item = 1; item <= 6; item++)
            {
                if (vmis.SessionsWith(item) != newest.Count(session => sessions[session].Contains(item))) return false;
                for (ulong other = 1; other <= 6; other++)
                {
                    var both = newest.Count(session => sessions[session].Contains(item) && sessions[session].Contains(other));
                    if (vmis.SessionsWith(item, other, atMost) != Math.Min(both, atMost)) return false;
                }
            }

            return true;
        }, iter: 300);

    /// <summary>The definition, followed literally over all sessions, must give what the merged postings give, while sessions run side by side and
    /// old ones are recycled.</summary>
    [Fact]
    public void The_index_gives_what_the_definition_gives() =>
        Gen.Select(
            Gen.Select(Gen.ULong[1, 8], Gen.ULong[1, 12]).Array[0, 120], Gen.ULong[1, 14].Array[0, 7], Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[1, 5], Gen.Int[1, 10], Gen.Bool)
            .Sample((steps, session, m, k, last, capacity, idf) =>
            {
                var options = new VmisKnnOptions
                {
                    RecentSessions = m,
                    Neighbours = k,
                    LastItems = last,
                    SessionCapacity = capacity,
                    MaxSessionLength = 5,
                    IdfExponent = idf ? 1 : 0,
                };
                var vmis = new VmisKnn(options);
                var live = new List<(ulong Key, List<ulong> Items)>();
                foreach (var (key, item) in steps)
                {
                    vmis.Learn(new Click(key, item, Now));
                    var at = live.FindIndex(s => s.Key == key);
                    if (at < 0)
                    {
                        if (live.Count == capacity) live.RemoveAt(0);
                        live.Add((key, []));
                        at = live.Count - 1;
                    }

                    if (live[at].Items.Count < 5 && !live[at].Items.Contains(item)) live[at].Items.Add(item);
                }

                var results = new ScoredItem[20];
                var count = vmis.Recommend(new SessionQuery(session, Now, RepeatPolicy.Allow), new RecommendationScratch(), results);
                var expected = ByDefinition(live, session, options);
                return vmis.SessionCount == live.Count && vmis.ItemCount == live.SelectMany(s => s.Items).Distinct().Count()
                    && expected.Count == count
                    && results[..count].All(r => Math.Abs(expected[r.Item] - r.Score) < 1e-9);
            }, iter: 2_000);

    private static Dictionary<ulong, double> ByDefinition(List<(ulong Key, List<ulong> Items)> sessions, ulong[] running, VmisKnnOptions options)
    {
        var last = running.TakeLast(options.LastItems).ToArray();
        double Weight(ulong item) => (Array.LastIndexOf(last, item) + 1) / (double)last.Length;
        var neighbours = sessions.Select((s, number) => (s.Items, number)).Reverse()
            .Where(s => s.Items.Intersect(last).Any())
            .Take(options.RecentSessions)
            .Select(s => (s.Items, s.number, Similarity: s.Items.Intersect(last).Sum(Weight), Position: s.Items.Intersect(last).Min(item => last.Length - Array.LastIndexOf(last, item))))
            .OrderByDescending(s => Math.Round(s.Similarity, 9)).ThenByDescending(s => s.number)
            .Take(options.Neighbours);
        var scores = new Dictionary<ulong, double>();
        foreach (var (items, _, similarity, position) in neighbours)
        {
            foreach (var item in items) scores[item] = scores.GetValueOrDefault(item) + (similarity * Math.Max(0, 1 - (.1 * position)));
        }

        var pairs = sessions.Sum(s => s.Items.Count);
        foreach (var item in scores.Keys.ToArray())
        {
            if (options.IdfExponent > 0) scores[item] *= Math.Log(pairs / (double)sessions.Count(s => s.Items.Contains(item)));
        }

        return scores;
    }

    [Fact]
    public void An_index_built_click_by_click_is_the_one_built_from_its_sessions_in_one_go() =>
        Gen.Select(Gen.Select(Gen.ULong[1, 8], Gen.ULong[1, 12]).Array[0, 150], Gen.ULong[1, 12].Array[1, 5]).Sample((steps, session) =>
        {
            var options = new VmisKnnOptions { RecentSessions = 4, Neighbours = 3, SessionCapacity = 6, MaxSessionLength = 5 };
            var grown = new VmisKnn(options);
            foreach (var (key, item) in steps) grown.Learn(new Click(key, item, Now));
            var stream = new MemoryStream();
            grown.Save(new BinaryWriter(stream));
            stream.Position = 0;
            var rebuilt = VmisKnn.Load(new BinaryReader(stream), options);
            var (a, b) = (new ScoredItem[20], new ScoredItem[20]);
            var query = new SessionQuery(session, Now, RepeatPolicy.Allow);
            var count = grown.Recommend(query, new RecommendationScratch(), a);
            return count == rebuilt.Recommend(query, new RecommendationScratch(), b) && a.AsSpan(0, count).SequenceEqual(b.AsSpan(0, count));
        }, iter: 500);

    [Fact]
    public void A_click_is_recommended_from_the_next_query_on()
    {
        var vmis = new VmisKnn();
        vmis.Learn(new Click(1, 10, Now));
        vmis.Learn(new Click(1, 11, Now));
        vmis.Learn(new Click(2, 12, Now));
        var results = new ScoredItem[3];
        var scratch = new RecommendationScratch();
        Assert.Equal(0, vmis.Recommend(new SessionQuery([12], Now), scratch, results));
        vmis.Learn(new Click(2, 13, Now));
        Assert.Equal(1, vmis.Recommend(new SessionQuery([12], Now), scratch, results));
        Assert.Equal(13UL, results[0].Item);
    }

    [Fact]
    public void With_a_half_life_old_neighbours_vote_less()
    {
        var vmis = new VmisKnn(new() { HalfLife = TimeSpan.FromSeconds(1), IdfExponent = 0 });
        vmis.Learn(new Click(1, 1, Now - 2_000));
        vmis.Learn(new Click(1, 9, Now - 2_000));
        vmis.Learn(new Click(2, 1, Now));
        vmis.Learn(new Click(2, 5, Now));
        var results = new ScoredItem[3];
        Assert.Equal(2, vmis.Recommend(new SessionQuery([1], Now), new RecommendationScratch(), results));
        Assert.Equal((5UL, 9UL), (results[0].Item, results[1].Item));
        Assert.Equal(4, results[0].Score / results[1].Score, 1e-12);
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VmisKnn(new() { RecentSessions = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VmisKnn(new() { Neighbours = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VmisKnn(new() { LastItems = 65 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VmisKnn(new() { IdfExponent = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VmisKnn(new() { MatchDecay = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VmisKnn(new() { HalfLife = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VmisKnn(new() { SessionCapacity = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VmisKnn(new() { MaxSessionLength = 1 }));
    }
}
