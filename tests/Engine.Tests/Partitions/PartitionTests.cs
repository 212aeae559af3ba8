using Personalization.Partitions;
using Xunit;

namespace Personalization.Engine.Tests.Partitions;

/// <summary>Fixed vectors: stored data rests on these numbers, so a change of one is a loss of customers.</summary>
public sealed class PartitionTests
{
    [Theory]
    [InlineData("", 0x2d06800538d394c2)]
    [InlineData("default/c1", 0xacec70dfcca7da35)]
    [InlineData("größe", 0xa6d7bbea01d4872c)]
    public void Hashes_of_texts_are_xxh3_of_their_utf8_bytes(string text, ulong expected)
    {
        Assert.Equal(expected.ToString("x16"), KeyHash.Hash64(text).ToString("x16"));
        Assert.Equal(expected, KeyHash.Hash64(System.Text.Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Long_texts_hash_as_their_bytes_do()
    {
        foreach (var length in (int[])[100, 170, 171, 172, 512, 513, 5000])
        {
            var text = new string('ä', length);
            Assert.Equal(System.IO.Hashing.XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(text)), KeyHash.Hash64(text));
            Assert.Equal(System.IO.Hashing.XxHash128.HashToUInt128(System.Text.Encoding.UTF8.GetBytes(text)), KeyHash.Hash128(text));
            Assert.Equal(KeyHash.Hash64("default/" + text), KeyHash.Name("default", text));
        }
    }

    [Theory]
    [InlineData("", "99aa06d3014798d86001c324468d497f")]
    [InlineData("id-1", "0872206abd9ecc64b28971197e1c75f9")]
    public void Hashes_of_event_ids_are_xxh3_128(string text, string expected) => Assert.Equal(expected, KeyHash.Hash128(text).ToString("x32"));

    [Theory]
    [InlineData("c1", 565)]
    [InlineData("customer-42", 199)]
    [InlineData("541312140", 806)]
    [InlineData("anon:7f3a", 177)]
    public void A_customers_slot_never_changes(string id, int slot)
    {
        Assert.True(CustomerKey.TryFromPublicId("default", id, out _, out var key));
        Assert.Equal(slot, PartitionMap.SlotOf(key));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(1024)]
    public void Partitions_are_runs_of_neighbouring_slots_of_nearly_equal_length(int partitions)
    {
        var map = new PartitionMap(partitions);
        var counts = new int[partitions];
        var keys = new Dictionary<int, CustomerKey>();
        for (var i = 0; keys.Count < PartitionMap.Slots; i++)
        {
            var key = CustomerKey.Create("t", CustomerKeyKind.Customer, $"c{i}");
            keys.TryAdd(PartitionMap.SlotOf(key), key);
        }

        var last = 0;
        for (var slot = 0; slot < PartitionMap.Slots; slot++)
        {
            var partition = map.PartitionOf(keys[slot]);
            Assert.InRange(partition, last, last + 1);
            counts[partition]++;
            last = partition;
        }

        Assert.Equal(partitions - 1, last);
        Assert.InRange(counts.Max() - counts.Min(), 0, 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public void A_map_has_1_to_1024_partitions(int partitions) => Assert.Throws<ArgumentOutOfRangeException>(() => new PartitionMap(partitions));

    [Fact]
    public void A_key_has_its_parts_and_its_text()
    {
        var known = CustomerKey.Create("shop", CustomerKeyKind.Customer, "42");
        Assert.Equal(("shop/42", "shop", "42", "42", CustomerKeyKind.Customer), (known.Text, known.Tenant, known.Id, known.PublicId, known.Kind));
        var visitor = CustomerKey.Create("shop", CustomerKeyKind.Anonymous, "42");
        Assert.Equal(("shop/anon:42", "shop", "42", "anon:42", CustomerKeyKind.Anonymous), (visitor.Text, visitor.Tenant, visitor.Id, visitor.PublicId, visitor.Kind));
        Assert.Equal(visitor, CustomerKey.Parse("shop/anon:42"));
        Assert.NotEqual(PartitionMap.SlotOf(known), PartitionMap.SlotOf(visitor));
        Assert.Throws<FormatException>(() => CustomerKey.Parse("shop"));
        Assert.Throws<FormatException>(() => CustomerKey.Parse("/42"));
    }

    [Theory]
    [InlineData("", "id must not be empty")]
    [InlineData("a/b", "id must not contain '/'")]
    [InlineData("a\nb", "id must not contain control characters")]
    [InlineData("anon:", "id must have something after 'anon:'")]
    public void Ids_that_break_a_rule_are_refused_with_the_rule(string id, string error)
    {
        Assert.False(CustomerKey.TryFromPublicId("default", id, out var said, out _));
        Assert.Equal(error, said);
    }

    [Fact]
    public void An_id_is_well_formed_has_at_most_256_bytes_and_a_customers_own_does_not_look_anonymous()
    {
        Assert.Equal("id must be well-formed Unicode", CustomerKey.IdError("id", "a\ud800"));
        Assert.Null(CustomerKey.IdError("id", "a\ud83d\ude00"));
        Assert.Equal("id must be well-formed Unicode", CustomerKey.IdError("id", "a\ud800"));
        Assert.Null(CustomerKey.IdError("id", "a\ud83d\ude00"));
        Assert.Null(CustomerKey.IdError("id", new string('ä', 128)));
        Assert.Equal("id must be at most 256 bytes of UTF-8", CustomerKey.IdError("id", new string('ä', 129)));
        Assert.Throws<ArgumentException>(() => CustomerKey.Create("default", CustomerKeyKind.Customer, "anon:1"));
        Assert.Throws<ArgumentException>(() => CustomerKey.Create("a/b", CustomerKeyKind.Customer, "1"));
    }
}
