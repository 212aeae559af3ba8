using Personalization.Grains.Decisions;

namespace Personalization.Grains.Tests.Decisions;

public sealed class KeySharesTests
{
    private readonly KeyShares _shares = new();

    [Fact]
    public void A_key_teaches_at_most_its_share_however_often_it_asks()
    {
        var taken = new Dictionary<string, int> { ["web"] = 0, ["partner"] = 0 };
        for (var i = 0; i < 10_000; i++)
        {
            // For each decision of the shop's nine of a partner's.
            var key = i % 10 == 0 ? "web" : "partner";
            if (_shares.Takes("home", key, key == "web" ? .9 : .25)) taken[key]++;
        }

        Assert.Equal(1_000, taken["web"]);
        Assert.InRange(taken["partner"] / (double)(taken["partner"] + taken["web"] - KeyShares.Free), .25, .36);
    }

    [Fact]
    public void A_first_hundred_are_free_and_each_model_counts_for_itself()
    {
        for (var i = 0; i < KeyShares.Free; i++) Assert.True(_shares.Takes("home", "a", .5));
        Assert.False(_shares.Takes("home", "a", .5));
        Assert.True(_shares.Takes("cart", "a", .5));
        Assert.True(_shares.Takes("home", "b", .5));
        Assert.True(_shares.Takes("home", "a", .5));
    }

    [Fact]
    public void Without_a_share_or_a_key_nothing_is_bounded()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True(_shares.Takes("home", "a", 1));
            Assert.True(_shares.Takes("home", null, .1));
        }
    }

    [Fact]
    public void What_was_long_ago_fades()
    {
        for (var i = 0; i < 4_000; i++) _shares.Takes("home", i % 2 == 0 ? "others" : "more", .9);
        var early = Enumerable.Range(0, 20_000).Count(_ => _shares.Takes("home", "a", .5));
        for (var i = 0; i < 60_000; i++) _shares.Takes("home", i % 2 == 0 ? "others" : "more", .9);
        Assert.True(Enumerable.Range(0, 5_000).Count(_ => _shares.Takes("home", "a", .5)) > 1_000, $"{early} examples long ago hold the key back for ever");
    }
}
