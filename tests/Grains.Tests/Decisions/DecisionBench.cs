using Microsoft.Extensions.Logging.Abstractions;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Profiles;
using Personalization.Grains.Actions;
using Personalization.Grains.Customers;
using Personalization.Grains.Decisions;
using Personalization.Grains.Partitions;
using Personalization.Grains.Tests.Partitions;
using Personalization.Log;
using Personalization.Models;
using Personalization.Partitions;
using Personalization.Storage.Memory;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Decisions;

/// <summary>A partition with its owner, and customers that decide, on one thread and a clock that the test moves.</summary>
internal sealed class DecisionBench : IDisposable
{
    public static readonly CustomerKey Ann = OwnerBench.Customer("ann");

    private readonly DecisionServices _services;
    private readonly ActionLibraryReplica _library;
    private readonly MemoryDocumentStore _documents = new();
    private readonly Dictionary<CustomerActor, DecisionRecorder> _recorders = [];

    public DecisionBench(IReadOnlyList<ActionDefinition> actions, Action<OwnerBench>? configure = null, Func<ILogAppender, ILogAppender>? appender = null)
    {
        configure?.Invoke(Bench);
        var documents = _documents;
        foreach (var action in actions)
        {
            var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(action, ActionJson.Default.ActionDefinition);
            documents.Write([new DocumentWrite("action/default/" + action.ActionId, json)]).AsTask().Wait();
        }

        _library = new ActionLibraryReplica(
            documents, new EligibilityScope("default", new FoldSettings()), new DocumentChanges(), Bench.Time, new ActionMetrics(Bench.Meters), NullLogger<ActionLibraryReplica>.Instance);
        _library.Refresh(true, CancellationToken.None).Wait();
        var slots = new SlotTable(Bench.Options.Decisions);
        _services = new DecisionServices(
            Bench.Services, new DecisionPipeline(new FoldSettings()), _library, new SlotModelReplica(slots.Of), slots, appender?.Invoke(Bench.Appender) ?? Bench.Appender, new DecisionSigningKey(documents), Replicas, new DecisionMetrics(Bench.Meters));
        Owner = Bench.Start();
    }

    public Replicas Replicas { get; } = new();

    public OwnerBench Bench { get; } = new();

    public PartitionOwner Owner { get; private set; }

    /// <summary>The customer's only activation.</summary>
    public CustomerActor Actor => Bench.Customers.Present(Ann);

    /// <summary>Deletes an action, and lets the library know.</summary>
    public void Delete(string actionId)
    {
        var key = ActionDocuments.Prefix("default") + actionId;
        var version = _documents.Read(key).AsTask().Result!.Version;
        Assert.NotNull(_documents.Write([new DocumentWrite(key, null, version)]).AsTask().Result[0]);
        _library.Refresh(true, CancellationToken.None).Wait();
    }

    /// <summary>Asks an activation for a decision, as its grain does.</summary>
    public Task<DecisionReply> Start(CustomerActor actor, DecisionRequest request) => Bench.Thread.Start(async () =>
    {
        var reached = await Reach(actor);
        return await new CustomerDecisions(actor, Recorder(actor), _services, () => CatchUp(actor, anew: false)).Decide(request with { Now = Now }, reached);
    });

    public DecisionReply Decide(DecisionRequest request, CustomerActor? actor = null) => Bench.Thread.Result(Start(actor ?? Actor, request), TimeSpan.FromSeconds(30));

    /// <summary>Gives a reward, as the grain does.</summary>
    public RewardOutcome Reward(string shortId, double value, string? choice = null) => Bench.Thread.Result(
        Bench.Thread.Start(async () => await new CustomerRewards(Ann, Actor, Recorder(Actor), _services).Give(new RewardRequest(shortId, choice, value, Now), await Reach(Actor))),
        TimeSpan.FromSeconds(30));

    /// <summary>From now on facts for the outbox are kept.</summary>
    public void CollectOutbox() => Bench.Store.RegisterConsumer(0, "test").AsTask().Wait();

    public IReadOnlyList<OutboxRow> Outbox() => Bench.Store.ReadOutbox(0, 0, 100).AsTask().Result.Rows;

    /// <summary>The short id inside a public one.</summary>
    public static string ShortId(DecisionReply reply) => reply.DecisionId!.Split('.')[1];

    public PendingDecisions Pending(CustomerActor actor) => Recorder(actor).Pending;

    /// <summary>Ends the tenure and starts the next.</summary>
    public void NextTenure()
    {
        var before = Owner;
        Owner = Bench.Start();
        Bench.Pass(TimeSpan.FromSeconds(2));
        before.Dispose();
    }

    public void Dispose()
    {
        Owner.Dispose();
        _library.Dispose();
        Bench.Dispose();
    }

    private long Now => Bench.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private DecisionRecorder Recorder(CustomerActor actor)
    {
        if (!_recorders.TryGetValue(actor, out var recorder)) _recorders.Add(actor, recorder = new DecisionRecorder(Ann, actor, _services, () => CatchUp(actor, anew: true)));
        return recorder;
    }

    private async Task<ProfileReply> Reach(CustomerActor actor)
    {
        var caughtUp = actor.IsCaughtUp || await CatchUp(actor, anew: false);
        await actor.Load();
        return new ProfileReply { CaughtUp = caughtUp, Stale = !caughtUp };
    }

    private async Task<bool> CatchUp(CustomerActor actor, bool anew)
    {
        try
        {
            return await actor.CatchUp(after => Owner.CatchUp(Ann, after), null, anew);
        }
        catch (Exception fault) when (fault is TenureEndedException or OperationCanceledException or InvalidOperationException)
        {
            return false;
        }
    }
}
