using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Personalization.Configuration;
using Personalization.Engine.Decisions;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Decisions.Policies;
using Personalization.Grains.Models;
using Personalization.Models;
using Personalization.Storage.Memory;
using Personalization.Stores;
using Personalization.TestKit;

namespace Personalization.Grains.Tests.Models;

public sealed class LearnerTests
{
    private readonly MemoryDocumentStore _documents = new();
    private readonly PersonalizationOptions _options = new();

    public LearnerTests()
    {
        _options.Models.PollInterval = TimeSpan.FromMilliseconds(1);
        _options.Models.SaveInterval = TimeSpan.FromMilliseconds(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_row_is_learned_once_whenever_the_process_dies(bool keepsChanges)
    {
        var feed = await OutboxFeed.Start(3);
        await Live(feed, keepsChanges, new MemoryDocumentStore(), async learner => Assert.True(await learner.Drain(Patience.Limit, default)), register: true);
        for (var life = 0; life < 24; life++)
        {
            var documents = new MortalDocuments(_documents, diesAtWrite: 1 + (life % 5), afterWriting: life % 2 == 0);
            await Live(feed, keepsChanges, documents, async _ =>
            {
                // More comes while it lives, so that it has something to store until it dies.
                for (var i = 0; !documents.Died.Task.IsCompleted; i++) await Feed(feed, i % 3, 5);
                await documents.Died.Task.WaitAsync(Patience.Limit);
            });
        }

        await Live(feed, keepsChanges, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));
        var (head, _) = await new ModelStore(_documents, "counting").ReadHead(default);
        var model = await Stored(keepsChanges);
        Assert.Equal(feed.Count, model.Counts.Count);
        Assert.All(model.Counts, count => Assert.Equal(1, count.Value));
        Assert.Equal(feed.Count, head!.Examples);

        // What is learned is gone from the outbox, and no crash left a document that nobody refers to.
        for (var partition = 0; partition < 3; partition++) Assert.Empty((await feed.Store.ReadOutbox(partition, 0, 10)).Rows);
        await Live(feed, keepsChanges, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));
        var parts = await _documents.List("model/counting/part/", null, 100);
        Assert.Equal(head.Documents.Order(), parts.Select(part => part.Key).Order());
    }

    [Fact]
    public async Task Two_learners_of_one_model_at_once_never_both_store()
    {
        var feed = await OutboxFeed.Start(2);
        using var stop = new CancellationTokenSource();
        var (first, second) = (Make(feed, true, _documents), Make(feed, true, _documents));
        var running = new[] { first.Run(stop.Token), second.Run(stop.Token) };
        for (var i = 0; i < 50; i++) await Feed(feed, i % 2, 10);
        Assert.True(await first.Drain(Patience.Limit, default) || await second.Drain(Patience.Limit, default));
        await stop.CancelAsync();
        await Task.WhenAll(running);

        await Live(feed, true, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));
        var model = await Stored(true);
        Assert.Equal(feed.Count, model.Counts.Count);
        Assert.All(model.Counts, count => Assert.Equal(1, count.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_replica_that_took_what_was_never_stored_loads_anew_and_then_has_everything_once(bool keepsChanges)
    {
        var feed = await OutboxFeed.Start(2);
        await Live(feed, keepsChanges, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));
        var replica = new CountingReplica();
        var learner = default(Learner);
        var follower = new ReplicaFollower(CountingModel.Definition(keepsChanges, replica), Services(feed, _documents), have => learner!.Changes.Read(have, TimeSpan.FromMilliseconds(20), default));
        await follower.Start(default);
        using var stop = new CancellationTokenSource();
        var following = Task.CompletedTask;

        // This one publishes, and dies at the first write, which is the one at its end.
        _options.Models.SaveInterval = TimeSpan.FromHours(1);
        await Live(feed, keepsChanges, new MortalDocuments(_documents, diesAtWrite: 1, afterWriting: false), async first =>
        {
            learner = first;
            following = follower.Run(stop.Token);
            await feed.Put(0, 10);
            await feed.Put(1, 10);
            await replica.Until(now => now.Counts.Count == 20);
        });
        Assert.Equal(1, replica.Loads);
        _options.Models.SaveInterval = TimeSpan.FromMilliseconds(2);
        await Live(feed, keepsChanges, _documents, async second =>
        {
            learner = second;
            await feed.Put(0, 5);
            await replica.Until(now => now.Loads == 2 && now.Counts.Count == 25);
        });
        await stop.CancelAsync();
        await following;
        Assert.All(replica.Counts, count => Assert.Equal(1, count.Value));
    }

    [Fact]
    public async Task A_suspended_learner_counts_what_it_missed_and_goes_on()
    {
        var feed = await OutboxFeed.Start(1);
        await Live(feed, true, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));
        await feed.Put(0, 10);
        await Live(feed, true, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));

        _options.Models.MaxLag = 5;
        await feed.Put(0, 20);
        using var keeper = new ModelKeeper([], Services(feed, _documents), null!, new Replicas(), NullLogger<ModelKeeper>.Instance);
        await keeper.SuspendLaggards(default);
        Assert.Empty(await feed.Store.ReadConsumers(0));
        await feed.Put(0, 1);

        await Live(feed, true, _documents, async learner =>
        {
            Assert.True(await learner.Drain(Patience.Limit, default));
            await feed.Put(0, 5);
            Assert.True(await learner.Drain(Patience.Limit, default));
            Assert.Equal(21, learner.Status.Missed);
            Assert.Equal(15, learner.Status.Examples);
            Assert.Equal(0, learner.Status.Lag);
        });
    }

    [Fact]
    public async Task A_slot_that_is_reset_is_forgotten_in_what_is_told_and_stored_and_learns_on()
    {
        var feed = await OutboxFeed.Start(1);
        SlotSettings Of(string slot) => SlotSettings.From(slot, new DecisionOptions());
        var learner = new Learner(SlotModels.Definition("default", Of, new SlotModelReplica(Of)), Services(feed, _documents));
        using var stop = new CancellationTokenSource();
        var running = learner.Run(stop.Token);
        Assert.True(await learner.Drain(Patience.Limit, default));
        await feed.Put(0, Example());
        await feed.Put(0, Example());
        Assert.True(await learner.Drain(Patience.Limit, default));
        Assert.Equal(2, (await Stored()).Decisions);

        await learner.Reset("home", default).WaitAsync(Patience.Limit);
        Assert.Equal((0, 2), ((await Stored()).Decisions, (await Stored()).Version));
        await feed.Put(0, Example());
        Assert.True(await learner.Drain(Patience.Limit, default));
        Assert.Equal((1, 3), ((await Stored()).Decisions, (await Stored()).Version));
        Assert.Equal(3, learner.Status.Examples);
        await stop.CancelAsync();
        await running;

        OutboxItem Example() => new(LearningExample.Made, new LearningExample { Slot = "home", Choice = "a", Features = [1, .. new double[Of("home").Features.Dimension - 1]] }.ToBytes());

        async Task<ActionModel> Stored()
        {
            var store = new ModelStore(_documents, "actions");
            var (head, _) = await store.ReadHead(default);
            var replica = new SlotModelReplica(Of);
            replica.Load(await store.ReadState(head!, default));
            return replica.Of(Of("home"));
        }
    }

    [Fact]
    public async Task A_model_without_parts_says_so_and_learns_on()
    {
        var feed = await OutboxFeed.Start(1);
        await Live(feed, false, _documents, async learner =>
        {
            Assert.True(await learner.Drain(Patience.Limit, default));
            await Assert.ThrowsAsync<NotSupportedException>(() => learner.Reset("home", default).WaitAsync(Patience.Limit));
            await feed.Put(0, 3);
            Assert.True(await learner.Drain(Patience.Limit, default));
            Assert.Equal(3, learner.Status.Examples);
        });
    }

    [Fact]
    public async Task A_replica_is_read_once_it_has_loaded_and_not_before()
    {
        var feed = await OutboxFeed.Start(1);
        var replicas = new Replicas();
        var documents = new Actions.FaultyDocuments { Fault = new IOException("the disk is gone") };
        var follower = new ReplicaFollower(
            CountingModel.Definition(true, new CountingReplica()), Services(feed, documents), _ => throw new TimeoutException(), replicas);
        await follower.Start(default);
        Assert.Equal(["model counting"], replicas.Unread);
        Assert.Throws<NotReadYetException>(() => replicas.Require("model counting"));
        documents.Fault = null;
        await follower.Start(default);
        Assert.Empty(replicas.Unread);
        replicas.Require("model counting");
        documents.Fault = new IOException("the disk is gone again");
        await follower.Start(default);
        replicas.Require("model counting");
    }

    [Fact]
    public async Task A_frozen_learner_passes_rows_and_leaves_the_model_as_it_is()
    {
        var feed = await OutboxFeed.Start(1);
        await Live(feed, false, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));
        await feed.Put(0, 10);
        await Live(feed, false, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));

        _options.Learning = LearningKind.Frozen;
        await feed.Put(0, 10);
        await Live(feed, false, _documents, async learner =>
        {
            Assert.True(await learner.Drain(Patience.Limit, default));
            Assert.True(learner.Status.IsFrozen);
            Assert.Equal((10, 10), (learner.Status.Examples, learner.Status.Skipped));
        });
        Assert.Empty((await feed.Store.ReadOutbox(0, 0, 100)).Rows);

        _options.Learning = LearningKind.Online;
        await feed.Put(0, 1);
        await Live(feed, false, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));
        Assert.Equal([.. Enumerable.Range(1, 10), 21], (await Stored(false)).Counts.Keys.Select(number => (int)number));
    }

    [Fact]
    public async Task Erased_rows_and_rows_that_cannot_be_read_are_counted_and_passed()
    {
        var feed = await OutboxFeed.Start(1);
        await Live(feed, true, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));
        await feed.Put(0, new OutboxItem(CountingModel.Kind, []));
        await feed.Put(0, new OutboxItem(CountingModel.Kind, [1, 2]));
        await feed.Put(0, new OutboxItem("other", [1]));
        await feed.Put(0, 1);
        await Live(feed, true, _documents, async learner =>
        {
            Assert.True(await learner.Drain(Patience.Limit, default));
            Assert.Equal((1, 1, 1), (learner.Status.Examples, learner.Status.Skipped, learner.Status.Failed));
        });
    }

    [Fact]
    public async Task Changes_fill_segments_and_then_a_base_takes_their_place()
    {
        var feed = await OutboxFeed.Start(1);
        await Live(feed, true, _documents, async learner => Assert.True(await learner.Drain(Patience.Limit, default)));
        var big = new ModelStore(_documents, "counting");
        IReadOnlyList<StoredSegment> segments = [];
        var changes = new List<byte>();
        ModelStore.AppendChange(changes, 7, new byte[100_000]);
        for (var i = 0; i < 5; i++) segments = await big.WriteChanges(segments, changes.ToArray(), 1, default);
        Assert.Equal([200_024, 200_024, 100_012], segments.Select(segment => segment.Bytes));
        var read = await big.ReadChanges(new ModelHead { Segments = segments }, default);
        Assert.Equal(5, read.Count);
        Assert.All(read, change => Assert.Equal((7, 100_000), (change.Revision, change.Bytes.Length)));

        using var state = new ChunkStream();
        var bytes = new byte[(2 * ChunkStream.ChunkBytes) + 5];
        new Random(1).NextBytes(bytes);
        state.Write(bytes);
        var stored = await big.WriteBase(state, 9, 2, default);
        Assert.Equal(3, stored.Chunks);
        var back = new MemoryStream();
        await (await big.ReadState(new ModelHead { Base = stored }, default))!.CopyToAsync(back);
        Assert.Equal(bytes, back.ToArray());
    }

    private Learner Make(OutboxFeed feed, bool keepsChanges, IDocumentStore documents) =>
        new(CountingModel.Definition(keepsChanges, new CountingReplica()), Services(feed, documents));

    private LearnerServices Services(OutboxFeed feed, IDocumentStore documents) => new(
        feed.Store, documents, feed.Partitions, _options, TimeProvider.System,
        new ModelMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()), NullLogger<Learner>.Instance);

    /// <summary>A learner lives while something is done.</summary>
    private async Task Live(OutboxFeed feed, bool keepsChanges, IDocumentStore documents, Func<Learner, Task> act, bool register = false)
    {
        using var stop = new CancellationTokenSource();
        var learner = Make(feed, keepsChanges, register ? _documents : documents);
        var running = learner.Run(stop.Token);
        try
        {
            await act(learner);
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    private static async Task Feed(OutboxFeed feed, int partition, int facts)
    {
        await feed.Put(partition, facts);
        await Task.Yield();
    }

    private async Task<CountingModel> Stored(bool keepsChanges)
    {
        var store = new ModelStore(_documents, "counting");
        var (head, _) = await store.ReadHead(default);
        var model = new CountingModel(keepsChanges);
        if (await store.ReadState(head!, default) is { } state) model.Load(state);
        foreach (var (_, bytes) in await store.ReadChanges(head!, default)) model.Replay(bytes.Span);
        return model;
    }
}
