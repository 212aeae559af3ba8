using Personalization.Algorithms.Recommendation;
using Personalization.Configuration;
using Personalization.Engine.Recommendations.Catalogue;
using Personalization.Engine.Recommendations.Indexes;
using Personalization.Engine.Tests.Profiles;
using Personalization.Partitions;

namespace Personalization.Engine.Tests.Recommendations;

public sealed class ItemIndexTests : IDisposable
{
    private readonly Shop _shop = new(new RecommendationOptions { Sessions = 1000, Items = 1000 });

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_replica_that_takes_every_change_and_one_that_loads_base_and_changes_answer_as_the_learner()
    {
        var follower = new ItemIndexReplica(_shop.Options, _shop.Catalogue);
        Walk(200);
        using var stored = new MemoryStream();
        _shop.Model.Save(stored);
        var tail = _shop.Changes.Count;
        Walk(200);

        foreach (var change in _shop.Changes) follower.Apply(change, isWhole: false);
        var loaded = new ItemIndexReplica(_shop.Options, _shop.Catalogue);
        loaded.Load(stored);
        foreach (var change in _shop.Changes.Skip(tail)) loaded.Apply(change, isWhole: false);
        var restarted = new ItemIndexModel(_shop.Options, _shop.Catalogue);
        stored.Position = 0;
        restarted.Load(stored);
        foreach (var change in _shop.Changes.Skip(tail)) restarted.Replay(change);
        restarted.LoadRest(_shop.Model.SaveRest());
        restarted.TakeChange(); // the catalogue's items

        var expected = Answers(_shop.Indexes);
        Assert.Equal(expected, Answers(restarted.Indexes));
        using (var lease = loaded.Read()) Assert.Equal(_shop.Indexes.Position, lease.Value.Position);

        // The weights come with every 32nd example: with the last ones the replicas are equal in every bit.
        using (var lease = loaded.Read()) lease.Value.Mix.SetWeights(_shop.Indexes.Mix.Weights);
        using (var lease = follower.Read()) lease.Value.Mix.SetWeights(_shop.Indexes.Mix.Weights);
        using (var lease = loaded.Read()) Assert.Equal(expected, Answers(lease.Value));
        using (var lease = follower.Read()) Assert.Equal(expected, Answers(lease.Value));
    }

    [Fact]
    public void A_change_that_does_not_join_on_is_refused_and_harms_nothing()
    {
        var replica = new ItemIndexReplica(_shop.Options, _shop.Catalogue);
        Walk(3);
        replica.Apply(_shop.Changes[0], isWhole: false);
        Assert.Throws<InvalidDataException>(() => replica.Apply(_shop.Changes[2], isWhole: false));
        Assert.Throws<InvalidDataException>(() => replica.Apply(_shop.Changes[0], isWhole: false));
        replica.Apply(_shop.Changes[1], isWhole: false);
        replica.Apply(_shop.Changes[2], isWhole: false);
        _shop.Put("x", "c");
        using var lease = replica.Read();
        Assert.Equal(_shop.Indexes.Position, lease.Value.Position);
    }

    [Fact]
    public void The_mix_learns_to_trust_what_foretold_the_next_click()
    {
        // Pairs are sure; content, which it trusts as much at first, always points elsewhere.
        for (var i = 0; i < 40; i++) _shop.Put($"i{i}", $"c{i / 2}");
        var start = _shop.Indexes.Mix.Weights.ToArray();
        for (var round = 0; round < 60; round++)
        {
            for (var i = 0; i < 20; i++) _shop.Session($"i{i}", $"i{(i + 20) % 40}");
        }

        Assert.True(_shop.Model.WeightExamples > 500);
        var weights = _shop.Indexes.Mix.Weights;
        const int PerSource = 4;
        Assert.True(weights[0] + weights[1] > start[0] + start[1], "neighbours");
        Assert.True(weights[3 * PerSource] + weights[(3 * PerSource) + 1] < start[3 * PerSource] + start[(3 * PerSource) + 1], "content");
    }

    [Fact]
    public void Memory_is_bounded_however_much_comes()
    {
        Walk(4_000);
        var before = _shop.Model.AllocatedBytes;
        Walk(4_000);
        Assert.InRange(_shop.Model.AllocatedBytes, 1, before * 1.2);
        Assert.True(_shop.Indexes.Neighbours.SessionCount <= 1000);
        Assert.True(_shop.Indexes.Pairs.ItemCount <= 1000);
    }

    [Fact]
    public void After_another_half_life_was_set_what_is_trending_starts_anew_and_the_rest_stays()
    {
        Walk(50);
        using var stored = new MemoryStream();
        _shop.Model.Save(stored);
        stored.Position = 0;
        using var reader = new BinaryReader(stored);
        var loaded = ItemIndexes.Load(reader, new RecommendationOptions { Sessions = 1000, Items = 1000, TrendingHalfLife = TimeSpan.FromHours(1) });
        Assert.Equal(0, loaded.Trending.ItemCount);
        Assert.Equal(_shop.Indexes.Neighbours.SessionCount, loaded.Neighbours.SessionCount);
    }

    private int _walks;

    /// <summary>Sessions of three of many items, one after the other.</summary>
    private void Walk(int sessions)
    {
        var random = new Random(_walks++);
        for (; sessions > 0; sessions--) _shop.Session([.. Enumerable.Range(0, 3).Select(_ => $"i{random.Next(3000) % random.Next(1, 3000)}")]);
    }

    private static List<(ulong, double)> Answers(ItemIndexes indexes)
    {
        var (scratch, found) = (new RecommendationScratch(), new ScoredItem[20]);
        var answers = new List<(ulong, double)>();
        for (var i = 0; i < 50; i++)
        {
            ulong[] query = [KeyHash.Name("default", $"i{i}")];
            var count = indexes.Mix.Recommend(new SessionQuery(query, FoldRun.Noon), scratch, found);
            answers.AddRange(found[..count].Select(item => (item.Item, item.Score)));
        }

        return answers;
    }
}
