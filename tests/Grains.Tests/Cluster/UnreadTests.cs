using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Grains.Customers;
using Personalization.Items;
using Personalization.Models;
using Personalization.Stores;
using Personalization.TestKit;

namespace Personalization.Grains.Tests.Cluster;

/// <summary>What was not read is no answer; and what nobody knows takes no room.</summary>
public sealed class UnreadTests
{
    [Fact]
    public async Task A_silo_that_could_not_read_its_copies_answers_nothing_from_them_until_it_has_and_keeps_them_when_the_store_fails_later()
    {
        var documents = default(Unreadable);
        await using var engine = await EngineCluster.Start(documentStore: inner => documents = new Unreadable(inner, "action/", "item/", "deleted-item/", "model/"));
        var replicas = engine.Cluster.Silos[0].ServiceProvider.GetRequiredService<Replicas>();
        Assert.Equal(
            new[] { Replicas.ActionLibrary, Replicas.Catalogue, Replicas.SlotModels, Replicas.Churn, Replicas.ItemIndexes }.Order(StringComparer.Ordinal), replicas.Unread);

        Func<Task>[] answers =
        [
            () => engine.Grain("ann").Decide(new DecisionRequest { Slot = "home", Now = 1 }),
            () => engine.Grain("ann").Recommend(new RecommendationQuery { Count = 3, Now = 1 }),
            () => engine.Grain("ann").GetChurn(new ChurnQuery(null, null)),
            () => engine.Client.GetGrain<IItemListGrain>("default").List(new ItemListQuery { Count = 3 }),
        ];
        foreach (var answer in answers) Assert.Contains("could not be read", (await Assert.ThrowsAsync<NotReadYetException>(answer)).Message, StringComparison.Ordinal);
        Assert.NotNull((await engine.Grain("ann").GetProfile(new ProfileQuery(null, null))).Profile);

        documents!.Heal();
        await engine.Put(new ActionDefinition { ActionId = "gift" });
        for (var start = DateTime.UtcNow; replicas.Unread.Count > 0 && DateTime.UtcNow - start < Patience.Limit;) await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Empty(replicas.Unread);
        documents.Break();
        foreach (var answer in answers.Skip(1)) await answer();
        Assert.Equal("gift", (await engine.Grain("ann").Decide(new DecisionRequest { Slot = "home", Now = 1 })).Decision!.Choices[0].Id);
    }

    [Fact]
    public async Task Whoever_is_asked_about_and_not_known_holds_no_memory_afterwards()
    {
        await using var engine = await EngineCluster.Start();
        await engine.Post("ann");
        await engine.Drain();
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => i % 2 == 0
            ? (Task)engine.Grain($"nobody-{i}").GetProfile(new ProfileQuery(null, null))
            : engine.Grain($"nobody-{i}").GetChurn(new ChurnQuery(null, null))));
        Assert.Equal(1, (await engine.Read("ann")).Totals.Events);
        var management = engine.Client.GetGrain<IManagementGrain>(0);
        var left = int.MaxValue;
        for (var start = DateTime.UtcNow; left > 1 && DateTime.UtcNow - start < Patience.Limit;)
        {
            left = (await management.GetSimpleGrainStatistics()).Where(type => type.GrainType.Contains(nameof(CustomerGrain), StringComparison.Ordinal)).Sum(type => type.ActivationCount);
            if (left > 1) await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, left);
    }

    /// <summary>Documents whose keys begin with something cannot be read for a while.</summary>
    private sealed class Unreadable(IDocumentStore inner, params string[] prefixes) : IDocumentStore
    {
        private volatile bool _fails = true;

        public void Heal() => _fails = false;

        public void Break() => _fails = true;

        public ValueTask<Document?> Read(string key, CancellationToken cancellation = default)
        {
            Check(key);
            return inner.Read(key, cancellation);
        }

        public ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation = default) => inner.Write(writes, cancellation);

        public ValueTask<IReadOnlyList<Document>> List(string prefix, string? after, int max, CancellationToken cancellation = default)
        {
            Check(prefix);
            return inner.List(prefix, after, max, cancellation);
        }

        private void Check(string key)
        {
            if (_fails && prefixes.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal))) throw new IOException("the store does not answer");
        }
    }
}
