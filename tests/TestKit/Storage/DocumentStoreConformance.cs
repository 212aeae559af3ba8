using System.Text;
using Personalization.Stores;
using Xunit;

namespace Personalization.TestKit.Storage;

/// <summary>What every document store does, whatever it is made of.</summary>
public abstract class DocumentStoreConformance : PartitionStoreSuite
{
    private IDocumentStore Documents => Fixture.Documents;

    [Fact]
    public async Task Versions_count_writes_and_survive_reopening()
    {
        Assert.Null(await Documents.Read("item/a"));
        Assert.Equal([1L], await Documents.Write([new DocumentWrite("item/a", Bytes("one"))]));
        Assert.Equal([2L], await Documents.Write([new DocumentWrite("item/a", Bytes("two"))]));
        await Fixture.Reopen();
        var document = await Documents.Read("item/a");
        Assert.Equal(("item/a", 2, "two"), (document!.Key, document.Version, Encoding.UTF8.GetString(document.Bytes)));
    }

    [Fact]
    public async Task Each_write_is_compared_with_the_stored_version()
    {
        Assert.Equal([1L, null], await Documents.Write([new DocumentWrite("a", Bytes("x"), 0), new DocumentWrite("b", Bytes("x"), 1)]));
        Assert.Equal([null, 1L, 2L], await Documents.Write([new DocumentWrite("a", Bytes("y"), 0), new DocumentWrite("b", Bytes("y"), 0), new DocumentWrite("a", Bytes("z"), 1)]));
        Assert.Equal("z", Encoding.UTF8.GetString((await Documents.Read("a"))!.Bytes));
    }

    [Fact]
    public async Task A_deletion_is_compared_too_and_a_new_document_begins_at_one()
    {
        await Documents.Write([new DocumentWrite("a", Bytes("x")), new DocumentWrite("a", Bytes("y"))]);
        Assert.Equal([null, 0L, 0L], await Documents.Write([new DocumentWrite("a", null, 1), new DocumentWrite("a", null, 2), new DocumentWrite("nothing", null)]));
        Assert.Null(await Documents.Read("a"));
        Assert.Equal([1L], await Documents.Write([new DocumentWrite("a", Bytes("x"), 0)]));
    }

    [Fact]
    public async Task An_empty_document_is_a_document()
    {
        await Documents.Write([new DocumentWrite("a", [])]);
        Assert.Empty((await Documents.Read("a"))!.Bytes);
    }

    [Fact]
    public async Task Documents_are_listed_by_prefix_in_the_order_of_their_bytes()
    {
        string[] keys = ["item/a", "item/b", "item/ä", "item/\uFF5E", "item/\U0001F600", "items", "action/a", "item"];
        await Documents.Write([.. keys.Select(key => new DocumentWrite(key, Bytes(key)))]);
        Assert.Equal(["item/a", "item/b", "item/ä", "item/\uFF5E", "item/\U0001F600"], (await Documents.List("item/", null, 10)).Select(document => document.Key));
        Assert.Equal(["item/ä", "item/\uFF5E"], (await Documents.List("item/", "item/b", 2)).Select(document => document.Key));
        Assert.Equal(["item/a"], (await Documents.List("item/", "action/z", 1)).Select(document => document.Key));
        Assert.Empty(await Documents.List("none", null, 10));
        Assert.Equal(8, (await Documents.List("", null, 100)).Count);
    }

    [Fact]
    public async Task Keys_out_of_range_are_errors()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Documents.Write([new DocumentWrite("", Bytes("x"))]));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Documents.Write([new DocumentWrite(new string('k', 1025), Bytes("x"))]));
    }

    [Fact]
    public async Task Of_writers_that_race_with_compare_and_set_one_wins_each_version()
    {
        const int Writers = 8, Rounds = 10;
        await Documents.Write([new DocumentWrite("n", Bytes("0"))]);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            for (var won = 0; won < Rounds;)
            {
                var document = await Documents.Read("n");
                var next = int.Parse(Encoding.UTF8.GetString(document!.Bytes), System.Globalization.CultureInfo.InvariantCulture) + 1;
                if ((await Documents.Write([new DocumentWrite("n", Bytes($"{next}"), document.Version)]))[0] is not null) won++;
                else await Task.Yield();
            }
        }));
        var last = await Documents.Read("n");
        Assert.Equal((Writers * Rounds + 1, $"{Writers * Rounds}"), (last!.Version, Encoding.UTF8.GetString(last.Bytes)));
    }
}
