using CsCheck;
using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.Diversity;

namespace Personalization.Algorithms.Tests.Recommendation.Diversity;

public sealed class MaximalMarginalRelevanceTests
{
    private static readonly Gen<ScoredItem[]> Lists = Gen.Double[-5, 5].Array[0, 15].Select(scores => scores.Select((score, i) => new ScoredItem((ulong)i, score)).ToArray());

    [Fact]
    public void The_example_of_the_documentation_holds()
    {
        ScoredItem[] items = [new(1, 1), new(2, .9), new(3, 0)];
        Assert.Equal(2, MaximalMarginalRelevance.Select(items, 2, .5, new Alike(), new double[3]));
        Assert.Equal([new ScoredItem(1, 1), new ScoredItem(3, 0)], items[..2]);
    }

    [Fact]
    public void Lambda_one_keeps_the_order_of_the_scores() =>
        Lists.Sample(items =>
        {
            var expected = items.OrderByDescending(item => item.Score).ThenByDescending(item => item.Item).ToArray();
            return MaximalMarginalRelevance.Select(items, 99, 1, new Alike(), new double[items.Length]) == items.Length && items.SequenceEqual(expected);
        });

    [Fact]
    public void It_chooses_what_the_definition_chooses_and_loses_nothing() =>
        Gen.Select(Lists, Gen.Double[0, 1], Gen.Int[0, 15]).Sample((items, lambda, wanted) =>
        {
            var similarity = new Parity();
            var rest = items.ToList();
            var (low, high) = items.Length == 0 ? (0, 0) : (items.Min(i => i.Score), items.Max(i => i.Score));
            double Relevance(ScoredItem item) => high > low ? (item.Score - low) / (high - low) : 1;
            var chosen = new List<ScoredItem>();
            while (chosen.Count < wanted && rest.Count > 0)
            {
                var next = rest.OrderByDescending(i => chosen.Count == 0
                        ? Relevance(i)
                        : (lambda * Relevance(i)) - ((1 - lambda) * chosen.Max(c => similarity.Between(c.Item, i.Item))))
                    .ThenByDescending(i => i.Score).ThenByDescending(i => i.Item).First();
                chosen.Add(next);
                rest.Remove(next);
            }

            var all = items.ToHashSet();
            var count = MaximalMarginalRelevance.Select(items, wanted, lambda, similarity, new double[items.Length]);
            return items[..count].SequenceEqual(chosen) && all.SetEquals(items);
        }, iter: 500);

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximalMarginalRelevance.Select(new ScoredItem[1], 1, 1.1, new Alike(), new double[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximalMarginalRelevance.Select(new ScoredItem[1], 1, double.NaN, new Alike(), new double[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximalMarginalRelevance.Select(new ScoredItem[1], -1, .5, new Alike(), new double[1]));
        Assert.Throws<ArgumentException>(() => MaximalMarginalRelevance.Select(new ScoredItem[2], 1, .5, new Alike(), new double[1]));
    }

    private readonly struct Alike : IItemSimilarity
    {
        public double Between(ulong item, ulong other) => item + other == 3 ? .95 : 0;
    }

    private readonly struct Parity : IItemSimilarity
    {
        public double Between(ulong item, ulong other) => item % 3 == other % 3 ? .8 : .1;
    }
}
