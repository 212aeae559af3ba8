using CsCheck;
using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.State;
using Personalization.TestKit;

namespace Personalization.Algorithms.Tests.Learning;

public sealed class FeatureTests
{
    // Computed apart from the code, from the definitions of FNV-1a and of the finaliser.
    private const ulong GoldenPrice = 8919551867934873943;
    private const ulong GoldenCategory = 2070670174479451995;

    [Fact]
    public void The_hash_of_a_name_never_changes()
    {
        // Stored hashed models depend on these values.
        Assert.Equal(FeatureHash.Finish(14695981039346656037), FeatureHash.Of(""));
        Assert.Equal(GoldenPrice, FeatureHash.Of("price"));
        Assert.Equal(GoldenCategory, FeatureHash.Of("category", "shoes"));
        Assert.Equal(FeatureHash.Of("category=shoes"), FeatureHash.Of("category", "shoes"));
    }

    [Fact]
    public void Hashed_indexes_spread_evenly_over_the_buckets()
    {
        var space = new HashedFeatureSpace(8);
        var counts = new int[256];
        for (var i = 0; i < 25_600; i++) counts[space.Find("item", $"{i}")]++;
        var statistic = counts.Sum(count => (count - 100.0) * (count - 100.0) / 100);
        Assert.True(statistic < 340, $"χ² = {statistic:F0} with 255 degrees of freedom");
    }

    [Fact]
    public void Both_spaces_cross_symmetrically_and_predicting_adds_no_name()
    {
        var named = new NamedFeatureSpace();
        foreach (var space in (IFeatureSpace[])[named, new HashedFeatureSpace()])
        {
            var (a, b) = (space.FindOrAdd("a"), space.FindOrAdd("b", "x"));
            Assert.Equal(space.FindOrAddCross(a, b), space.FindOrAddCross(b, a));
            Assert.Equal(space.FindOrAddCross(a, b), space.FindCross(b, a));
            Assert.Equal(b, space.Find("b", "x"));
        }

        Assert.Equal(["a", "b=x", "a×b=x"], Enumerable.Range(0, named.Count).Select(named.Name));
        Assert.Equal(-1, named.Find("unknown"));
        Assert.Equal(-1, named.FindCross(0, 77));
        Assert.Equal(3, named.Count);
    }

    [Fact]
    public void A_full_named_space_treats_further_names_as_unknown_and_counts_them()
    {
        var space = new NamedFeatureSpace(2);
        Assert.Equal(0, space.FindOrAdd("a"));
        Assert.Equal(1, space.FindOrAdd("b"));
        Assert.Equal(-1, space.FindOrAdd("c"));
        Assert.Equal(1, space.Refused);
        Assert.Equal(0, space.FindOrAdd("a"));
    }

    [Fact]
    public void A_named_space_is_restored_with_every_index() => Gen.String.Array[0, 30].Sample(names =>
    {
        var space = new NamedFeatureSpace();
        foreach (var name in names) space.FindOrAdd(name.Replace("\ud83d", "", StringComparison.Ordinal), "é×");
        for (var i = 1; i < Math.Min(5, space.Count); i++) space.FindOrAddCross(i - 1, i);
        var bytes = space.ToBytes();
        var reader = new StateReader(bytes);
        var restored = NamedFeatureSpace.Load(ref reader);
        Assert.Equal(bytes, restored.ToBytes());
        for (var i = 0; i < space.Count; i++) Assert.Equal(i, restored.Find(space.Name(i)));
    });

    [Fact]
    public void A_vector_holds_numbers_categories_and_their_products()
    {
        var space = new NamedFeatureSpace();
        Span<Feature> buffer = stackalloc Feature[16];
        var x = new FeatureVector(space, buffer, learning: true);
        var price = x.Add("price", 2.5);
        var colour = x.AddCategory("colour", "red");
        var both = x.AddInteractions(price, colour);
        Assert.Equal([new Feature(0, 2.5f), new Feature(1, 1), new Feature(2, 2.5f)], x.Features.ToArray());
        Assert.Equal(2..3, both);
        Assert.Equal("price×colour=red", space.Name(2));
    }

    [Fact]
    public void Values_that_are_not_finite_and_names_unknown_in_predicting_are_left_out()
    {
        var space = new NamedFeatureSpace();
        space.FindOrAdd("known");
        Span<Feature> buffer = stackalloc Feature[16];
        var x = new FeatureVector(space, buffer, learning: false);
        var nothing = x.Add("known", double.NaN);
        x.Add("known", double.PositiveInfinity);
        x.Add("known", 1e300);
        x.AddCategory("unknown", "category");
        x.AddInteractions(nothing, nothing);
        Assert.Equal(0, x.Features.Length);
        Assert.Equal(1, space.Count);
        x.Add("known", 4);
        Assert.Equal([new Feature(0, 4)], x.Features.ToArray());
    }

    [Fact]
    public void A_full_buffer_is_an_error_and_not_a_silent_loss() => Assert.Throws<InvalidOperationException>(() =>
    {
        var x = new FeatureVector(new HashedFeatureSpace(), new Feature[1], learning: true);
        x.Add("a", 1);
        x.Add("b", 1);
    });

    [Fact]
    public void Building_a_vector_of_known_names_allocates_nothing()
    {
        foreach (var space in (IFeatureSpace[])[new NamedFeatureSpace(), new HashedFeatureSpace()])
        {
            for (var i = 0; i < 40; i++) Build(space);
            Assert.Equal(0, Allocation.Least(() => Build(space)));
        }

        static void Build(IFeatureSpace space)
        {
            Span<Feature> buffer = stackalloc Feature[8];
            var x = new FeatureVector(space, buffer, learning: true);
            var a = x.Add("price", 3);
            var b = x.AddCategory("category", "shoes");
            x.AddInteractions(a, b);
        }
    }
}
