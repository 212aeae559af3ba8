using System.Text;
using Personalization.Configuration;
using Personalization.Engine.Recommendations.Catalogue;
using Personalization.Partitions;

namespace Personalization.Engine.Tests.Recommendations;

public sealed class ItemCatalogueTests : IDisposable
{
    private readonly ItemCatalogue _catalogue = new("default", new RecommendationOptions { Items = 1000 });

    public void Dispose() => _catalogue.Dispose();

    [Fact]
    public void A_stored_item_is_read_for_what_recommendations_need()
    {
        const string Document = """{"itemId":"a","title":"T","category":"shoes","brand":"F","price":89.9,"available":false,"tags":["x"],"attributes":{"category":"no"}}""";
        Assert.Equal(new ItemRecord(KeyHash.Name("default", "a"), "a", "shoes", "F", 89.9, false), Read(Document));
        Assert.Equal(new ItemRecord(KeyHash.Name("default", "a"), "a", null, null, 0, true), Read("{}"));
        Assert.Throws<InvalidDataException>(() => Read("[1]"));
        Assert.Throws<InvalidDataException>(() => Read("{"));
    }

    [Fact]
    public void An_older_version_that_comes_late_changes_nothing()
    {
        Put("a", "new", 2);
        Put("a", "old", 1);
        Assert.Equal("new", CategoryOf("a"));
        Put("a", "newer", 3);
        Assert.Equal("newer", CategoryOf("a"));
    }

    [Fact]
    public void What_a_reading_of_everything_does_not_meet_is_gone_and_what_was_put_meanwhile_is_not()
    {
        Put("kept", "c", 1);
        Put("gone", "c", 1);
        _catalogue.BeginScan();
        Put("kept", "c", 1);
        Put("put meanwhile", "c", 1);
        _catalogue.EndScan();
        Assert.Equal(2, _catalogue.Count);
        using var reader = _catalogue.Read();
        Assert.True(reader.IsDeleted(KeyHash.Name("default", "gone")));
        Assert.False(reader.TryFind(KeyHash.Name("default", "gone"), out _));
    }

    [Fact]
    public void A_mark_of_an_item_that_was_put_again_means_nothing()
    {
        Put("a", "c", 1);
        _catalogue.MarkDeleted([KeyHash.Name("default", "a"), KeyHash.Name("default", "b")]);
        using var reader = _catalogue.Read();
        Assert.False(reader.IsDeleted(KeyHash.Name("default", "a")));
        Assert.True(reader.IsDeleted(KeyHash.Name("default", "b")));
    }

    [Fact]
    public void Beyond_its_bound_items_are_refused_and_counted()
    {
        for (var i = 0; i < 1_010; i++) Put($"i{i}", "c", 1);
        Assert.Equal((1_000, 10), (_catalogue.Count, _catalogue.Refused));
        Put("i5", "d", 2);
        Assert.Equal("d", CategoryOf("i5"));
    }

    [Fact]
    public void The_newest_items_of_a_category_include_those_below_it_newest_first()
    {
        Put("a", "shoes", 1);
        Put("b", "shoes.running", 1);
        Put("c", "hats", 1);
        using var reader = _catalogue.Read();
        Span<ulong> newest = stackalloc ulong[8];
        var count = reader.Newest(reader.CategoryOf("shoes"), newest);
        Assert.Equal([KeyHash.Name("default", "b"), KeyHash.Name("default", "a")], newest[..count].ToArray());
        Assert.True(reader.IsWithin(reader.CategoryOf("shoes.running"), reader.CategoryOf(KeyHash.Name("default", "shoes"))));
        Assert.Equal(-1, reader.CategoryOf("gloves"));
    }

    private void Put(string item, string category, long version) =>
        _catalogue.Put([(new ItemRecord(KeyHash.Name("default", item), item, category, null, 1, true), version)]);

    private string? CategoryOf(string item)
    {
        using var reader = _catalogue.Read();
        return reader.TryFind(KeyHash.Name("default", item), out var facts) ? reader.PathOf(facts.Category) : null;
    }

    private static ItemRecord Read(string document) => ItemRecord.Read("default", "a", Encoding.UTF8.GetBytes(document));
}
