using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.Content;

namespace Personalization.Algorithms.Tests.Recommendation.Content;

public sealed class ContentNeighboursTests
{
    [Fact]
    public void An_item_that_nobody_has_clicked_is_found_by_its_category_brand_price_and_words()
    {
        var content = new ContentNeighbours();
        content.Put(1, Tokens("shoes.running.trail", "Acme", 89, "Trail runner"));
        content.Put(2, Tokens("shoes/running", "acme", 92, "Road runner"));
        content.Put(3, Tokens("shoes.formal", "Other", 250, "Oxford"));
        content.Put(4, Tokens("kitchen.knives", "Sharp", 40, "Bread knife"));
        var results = new ScoredItem[5];
        var count = content.Recommend(new SessionQuery([1], 0), new RecommendationScratch(), results);
        Assert.Equal([2UL, 3UL], results[..count].Select(item => item.Item));
        Assert.InRange(results[0].Score, .3, .9);
    }

    [Fact]
    public void Likeness_is_symmetric_one_for_the_same_and_zero_for_strangers()
    {
        var content = new ContentNeighbours();
        content.Put(1, [10, 11, 12]);
        content.Put(2, [10, 11, 13]);
        content.Put(3, [20]);
        Assert.Equal(content.Between(1, 2), content.Between(2, 1));
        Assert.Equal((1.0, 0.0, 0.0), (content.Between(1, 1), content.Between(1, 3), content.Between(1, 99)));

        // Tokens 10 and 11 are had by two of three items, 12 and 13 by one.
        var (common, rare) = (Math.Log(1 + 1.5), Math.Log(4));
        Assert.Equal(2 * common / ((2 * common) + (2 * rare)), content.Between(1, 2), 1e-12);
    }

    [Fact]
    public void Putting_an_item_again_replaces_its_tokens()
    {
        var content = new ContentNeighbours();
        content.Put(1, [10]);
        content.Put(2, [10]);
        Assert.True(content.Between(1, 2) > 0);
        content.Put(2, [11]);
        content.Put(3, [11]);
        Assert.Equal(0, content.Between(1, 2));
        Assert.Equal(1, content.Between(2, 3));
        Assert.Equal(3, content.ItemCount);
    }

    [Fact]
    public void Fields_never_meet_and_missing_values_give_no_token()
    {
        var tokens = new List<ulong>();
        ItemContent.AddBrand(" ", tokens);
        ItemContent.AddCategory(" . ", tokens);
        ItemContent.AddPrice(double.NaN, tokens);
        ItemContent.AddPrice(0, tokens);
        ItemContent.AddText(" -- ", tokens);
        Assert.Empty(tokens);
        ItemContent.AddBrand("shoes", tokens);
        ItemContent.AddCategory("shoes", tokens);
        ItemContent.AddText("shoes SHOES", tokens);
        Assert.Equal(3, tokens.Distinct().Count());
        Assert.Equal(3, tokens.Count);
    }

    [Fact]
    public void Prices_within_a_band_are_alike_and_bands_do_not_change()
    {
        static ulong Band(double price)
        {
            var tokens = new List<ulong>();
            ItemContent.AddPrice(price, tokens);
            return tokens.Single();
        }

        Assert.Equal(Band(10), Band(15.8));
        Assert.NotEqual(Band(10), Band(15.9));
        Assert.NotEqual(Band(.5), Band(5));
    }

    private static ulong[] Tokens(string category, string brand, double price, string text)
    {
        var tokens = new List<ulong>();
        ItemContent.AddCategory(category, tokens);
        ItemContent.AddBrand(brand, tokens);
        ItemContent.AddPrice(price, tokens);
        ItemContent.AddText(text, tokens);
        return [.. tokens];
    }
}
