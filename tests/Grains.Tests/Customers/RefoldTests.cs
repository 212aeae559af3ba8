using Microsoft.Extensions.Time.Testing;
using Personalization.Customers;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Grains.Customers;
using Personalization.Partitions;
using Personalization.Storage.Memory;
using Personalization.Storage.Sqlite;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Customers;

/// <summary>An upgrade of the fold: rows that an older one wrote are folded anew when they are loaded, on every store.</summary>
public sealed class RefoldTests
{
    private static readonly FoldSettings Older = new();
    private static readonly FoldSettings Newer = new() { Revision = 1, SessionGap = TimeSpan.FromMinutes(10) };

    public static TheoryData<string> Stores => ["memory", "embedded", "redis"];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_newer_fold_re_folds_a_row_when_it_is_loaded_and_tells_nothing_twice(string store)
    {
        using var bench = Bench(store);
        var older = bench.Activate(Older);
        await Visit(bench, older, 1, 6);
        var (told, names) = (await bench.Outbox(), older.UnsavedNames.Count());
        Assert.Equal(0, names);
        Assert.Equal(1, ActorBench.Sessions(older, Older));

        // Loaded twice with nothing saved in between, as after a crash in the middle of it.
        foreach (var newer in new[] { bench.Activate(Newer), bench.Activate(Newer) })
        {
            await newer.Load();
            Assert.Equal(6, ActorBench.Sessions(newer, Newer));
            Assert.Equal((6L, 6L), (newer.Applied, newer.Saved));
            Assert.Empty(newer.UnsavedNames);
            Assert.Empty(newer.UnsavedJournal);
            Assert.Null((await newer.Collect(new CollectRequest(bench.Epoch, ApplyRequest.Unknown))).Write);
        }

        Assert.Equal(told, await bench.Outbox());
        Assert.Equal(Older.FoldVersion, (await bench.Store.ReadCustomer(0, ActorBench.Ann))!.FoldVersion);

        // The row follows with the next commit, and the sums with it.
        var next = bench.Activate(Newer);
        await bench.Apply(next, ApplyRequest.Unknown, bench.View(7, TimeSpan.FromMinutes(140)));
        await bench.Commit(next);
        Assert.Equal(Newer.FoldVersion, (await bench.Store.ReadCustomer(0, ActorBench.Ann))!.FoldVersion);
        Assert.Equal(7, await bench.Events());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], await bench.Journal());
        Assert.Equal(7, ActorBench.Sessions(next, Newer));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task An_older_fold_refuses_rows_of_a_newer_one_and_writes_nothing(string store)
    {
        using var bench = Bench(store);
        await Visit(bench, bench.Activate(Newer), 1, 2);
        var older = bench.Activate(Older);
        var refused = await Assert.ThrowsAsync<NewerFoldException>(() => bench.Apply(older, ApplyRequest.Unknown, bench.View(3)));
        Assert.Contains($"fold version {Newer.FoldVersion}, but this silo folds by version {Older.FoldVersion}", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NewerFoldException>(() => older.Collect(new CollectRequest(bench.Epoch, ApplyRequest.Unknown, Force: true)));
        Assert.Equal(2, (await bench.Store.ReadCustomer(0, ActorBench.Ann))!.Applied);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task The_journal_gets_a_base_four_times_within_retention_and_what_is_pruned_leaves_enough_to_re_fold(string store)
    {
        using var bench = Bench(store);
        var actor = bench.Activate(Older);
        for (var day = 0; day <= 120; day += 10)
        {
            await bench.Apply(actor, ApplyRequest.Unknown, bench.View(day + 1, TimeSpan.FromDays(day)));
            await bench.Commit(actor);
            bench.Time.Advance(TimeSpan.FromDays(10));
        }

        var journal = await bench.Segments();
        Assert.Equal([0, 30, 60, 90, 120], journal.Where(segment => segment.Begins || segment.Base is not null).Select(segment => segment.Entries[0].Position - 1));
        Assert.All(journal, segment => Assert.Equal(Older.FoldVersion, segment.FoldVersion));

        await bench.Store.Prune(0, bench.Time.GetUtcNow().AddDays(-90).ToUnixTimeMilliseconds(), 0);
        journal = await bench.Segments();
        Assert.Equal(41, journal[0].Entries[0].Position);
        var newer = bench.Activate(Newer);
        await newer.Load();
        Assert.Equal(13, bench.EventsOf(newer));
        Assert.Equal(121, newer.Applied);
    }

    [Fact]
    public async Task After_an_erasure_the_journal_begins_anew()
    {
        using var bench = new ActorBench();
        var actor = bench.Activate();
        await Visit(bench, actor, 1, 2);
        await bench.Apply(actor, ApplyRequest.Unknown, bench.Entry(3, new Personalization.Events.Erasure(), kind: Personalization.Log.EntryKind.Erasure));
        await bench.Commit(actor);
        Assert.Empty(await bench.Segments());
        await bench.Apply(actor, ApplyRequest.Unknown, bench.View(4));
        await bench.Commit(actor);
        Assert.NotNull(Assert.Single(await bench.Segments()).Base);
    }

    [Fact]
    public async Task The_revision_rises_with_every_change_of_the_settings_and_all_silos_agree_on_it()
    {
        var documents = new MemoryDocumentStore();
        Assert.Equal(0, (await FoldRevision.Agree(documents, Older)).Revision);
        Assert.Equal(0, (await FoldRevision.Agree(documents, Older)).Revision);
        var changed = Older with { SessionGap = TimeSpan.FromMinutes(10) };
        Assert.Null(await FoldRevision.Find(documents, changed));
        var agreed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => FoldRevision.Agree(documents, changed)));
        Assert.All(agreed, settings => Assert.Equal(1, settings.Revision));
        Assert.Equal(1, (await FoldRevision.Find(documents, changed))!.Revision);

        // Back to what it was is another revision: rows in between were folded differently.
        Assert.Equal(2, (await FoldRevision.Agree(documents, Older)).Revision);
        Assert.True((Older with { Revision = 2 }).FoldVersion > (changed with { Revision = 1 }).FoldVersion);
    }

    /// <summary>Views twenty minutes apart, each committed.</summary>
    private static async Task Visit(ActorBench bench, CustomerActor actor, int first, int last)
    {
        for (var i = first; i <= last; i++)
        {
            await bench.Apply(actor, ApplyRequest.Unknown, bench.View(i, TimeSpan.FromMinutes(20 * i)));
            await bench.Commit(actor);
        }
    }

    private static ActorBench Bench(string store) => store switch
    {
        "embedded" => ActorBench.Embedded(),
        "redis" => ActorBench.OnRedis(),
        _ => new ActorBench(),
    };
}
