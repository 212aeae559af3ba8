using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Profiles;
using Personalization.Grains.Actions;
using Personalization.Grains.Tests.Cluster;
using Personalization.Stores;
using Personalization.TestKit;

namespace Personalization.Grains.Tests.Actions;

/// <summary>Silos' copies over one store: what one process writes all have soon, and nothing that is wrong with the store or an action harms a copy.</summary>
public sealed class ActionLibraryReplicaTests : IAsyncDisposable
{
    private static readonly EligibilityScope Scope = new("default", new FoldSettings());
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly FaultyDocuments _documents = new();
    private readonly List<ActionLibraryReplica> _replicas = [];

    [Fact]
    public async Task What_one_process_puts_every_replica_has_after_a_poll()
    {
        await Put(new ActionDefinition { ActionId = "a" });
        var (one, other) = (await Replica(), await Replica());
        Assert.True(one.IsLoaded);
        Assert.Equal(["a"], Ids(one.Current));

        var (oneHas, otherHas) = (Next(one), Next(other));
        await Put(new ActionDefinition { ActionId = "b" });
        _time.Advance(ActionLibraryReplica.PollInterval);
        Assert.Equal(["a", "b"], Ids(await oneHas));
        Assert.Equal(one.Current.Version, (await otherHas).Version);

        otherHas = Next(other);
        await Delete("a");
        _time.Advance(ActionLibraryReplica.PollInterval);
        Assert.Equal(["b"], Ids(await otherHas));
    }

    [Fact]
    public async Task What_this_process_puts_its_replica_has_at_once()
    {
        var changes = new DocumentChanges();
        var (here, elsewhere) = (await Replica(changes), await Replica());
        await Put(new ActionDefinition { ActionId = "a" });
        var listings = _documents.Listings;
        await changes.Announce("action/default/", new DocumentChange(["a"], 1));
        Assert.Equal(["a"], Ids(here.Current));
        Assert.Empty(elsewhere.Current.Actions);

        await Delete("a");
        await changes.Announce("action/default/", new DocumentChange(["a"], 2));
        Assert.Empty(here.Current.Actions);
        await here.Refresh(false, CancellationToken.None);
        Assert.Equal(listings, _documents.Listings);
    }

    [Fact]
    public async Task A_change_of_another_process_that_came_before_one_of_this_process_is_not_missed()
    {
        var changes = new DocumentChanges();
        var here = await Replica(changes);
        await Put(new ActionDefinition { ActionId = "theirs" });
        await Put(new ActionDefinition { ActionId = "ours" });
        await changes.Announce("action/default/", new DocumentChange(["ours"], 2));
        Assert.Equal(["ours"], Ids(here.Current));
        await here.Refresh(false, CancellationToken.None);
        Assert.Equal(["ours", "theirs"], Ids(here.Current));
    }

    [Fact]
    public async Task A_decision_keeps_the_snapshot_that_it_took()
    {
        await Put(new ActionDefinition { ActionId = "a" });
        var replica = await Replica();
        var taken = replica.Current;
        await Delete("a");
        await replica.Refresh(false, CancellationToken.None);
        Assert.Equal("a", taken.ForSlot("home")[0].Definition.ActionId);
        Assert.Empty(replica.Current.Actions);
    }

    [Fact]
    public async Task Nothing_is_listed_while_nothing_changes_and_an_action_that_did_not_change_is_not_compiled_again()
    {
        await Put(new ActionDefinition { ActionId = "a" });
        var replica = await Replica();
        var a = replica.Current.Find("a");
        Assert.Equal(1, _documents.Listings);
        await replica.Refresh(false, CancellationToken.None);
        Assert.Equal(1, _documents.Listings);

        await Put(new ActionDefinition { ActionId = "b" });
        await replica.Refresh(false, CancellationToken.None);
        Assert.Equal(2, _documents.Listings);
        Assert.Same(a, replica.Current.Find("a"));
    }

    [Fact]
    public async Task A_change_that_was_not_told_is_found_by_the_sweep()
    {
        var replica = await Replica();
        await _documents.Write([new DocumentWrite("action/default/a", Json(new ActionDefinition { ActionId = "a" }))]);
        await replica.Refresh(false, CancellationToken.None);
        Assert.Empty(replica.Current.Actions);

        var found = Next(replica);
        _time.Advance(ActionLibraryReplica.SweepInterval);
        Assert.Equal(["a"], Ids(await found));
    }

    [Fact]
    public async Task An_action_that_was_deleted_and_put_again_is_the_new_one_whatever_its_version()
    {
        await Put(new ActionDefinition { ActionId = "a", Value = 1 });
        var replica = await Replica();
        await Delete("a");
        await Put(new ActionDefinition { ActionId = "a", Value = 2 });
        await replica.Refresh(false, CancellationToken.None);
        Assert.Equal(2, replica.Current.Find("a")!.Definition.Value);
    }

    [Fact]
    public async Task When_the_store_fails_the_last_good_snapshot_stays_until_it_can_be_read_again()
    {
        await Put(new ActionDefinition { ActionId = "a" });
        var replica = await Replica();
        await Put(new ActionDefinition { ActionId = "b" });
        _documents.Fault = new IOException("the disk is gone");
        await replica.Refresh(false, CancellationToken.None);
        await replica.Refresh(false, CancellationToken.None);
        Assert.Equal(["a"], Ids(replica.Current));

        _documents.Fault = null;
        await replica.Refresh(false, CancellationToken.None);
        Assert.Equal(["a", "b"], Ids(replica.Current));
    }

    [Fact]
    public async Task A_silo_starts_without_the_store_and_says_that_it_knows_nothing_yet()
    {
        _documents.Fault = new IOException("the disk is gone");
        var replica = await Replica();
        Assert.False(replica.IsLoaded);

        await Put(new ActionDefinition { ActionId = "a" });
        _documents.Fault = null;
        var loaded = Next(replica);
        _time.Advance(ActionLibraryReplica.PollInterval);
        Assert.Equal(["a"], Ids(await loaded));
        Assert.True(replica.IsLoaded);
    }

    [Fact]
    public async Task An_action_that_cannot_be_is_told_and_harms_no_other()
    {
        await Put(new ActionDefinition { ActionId = "good" });
        await _documents.Write([
            new DocumentWrite("action/default/broken", "{"u8.ToArray()),
            new DocumentWrite("action/default/other", Json(new ActionDefinition { ActionId = "good" })),
            new DocumentWrite("action/default/typo", Json(new ActionDefinition { ActionId = "typo", Eligibility = "ordres > 1" })),
        ]);
        var replica = await Replica();
        Assert.Equal(["good"], Ids(replica.Current));
        Assert.Equal(["broken", "other", "typo"], replica.Current.Faults.Select(fault => fault.ActionId).Order());
    }

    [Fact]
    public async Task Every_silo_of_a_cluster_has_the_library()
    {
        await using var engine = await EngineCluster.Start(silos: 2);
        Assert.All(engine.Cluster.Silos, silo => Assert.True(silo.ServiceProvider.GetRequiredService<ActionLibraryReplica>().IsLoaded));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.Stop(CancellationToken.None);
            replica.Dispose();
        }

        await _services.DisposeAsync();
    }

    private async Task<ActionLibraryReplica> Replica(DocumentChanges? changes = null)
    {
        var metrics = new ActionMetrics(_services.GetRequiredService<IMeterFactory>());
        var replica = new ActionLibraryReplica(_documents, Scope, changes ?? new DocumentChanges(), _time, metrics, NullLogger<ActionLibraryReplica>.Instance);
        _replicas.Add(replica);
        await replica.Start(CancellationToken.None);
        return replica;
    }

    // As the gateway does: the action first, then the document of changes.
    private async Task Put(ActionDefinition action)
    {
        await _documents.Write([new DocumentWrite("action/default/" + action.ActionId, Json(action))]);
        await _documents.Write([new DocumentWrite(ActionDocuments.ChangesKey("default"), [])]);
    }

    private async Task Delete(string actionId)
    {
        await _documents.Write([new DocumentWrite("action/default/" + actionId, null)]);
        await _documents.Write([new DocumentWrite(ActionDocuments.ChangesKey("default"), [])]);
    }

    private static byte[] Json(ActionDefinition action) => JsonSerializer.SerializeToUtf8Bytes(action, ActionJson.Default.ActionDefinition);

    private static Task<ActionLibrary> Next(ActionLibraryReplica replica)
    {
        var next = new TaskCompletionSource<ActionLibrary>(TaskCreationOptions.RunContinuationsAsynchronously);
        replica.Replaced += library => next.TrySetResult(library);
        return next.Task.WaitAsync(Patience.Limit);
    }

    private static string[] Ids(ActionLibrary library) => [.. library.Actions.Select(action => action.Definition.ActionId)];
}
