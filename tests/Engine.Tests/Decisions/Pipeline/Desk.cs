using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Decisions.Eligibility;
using Personalization.Engine.Tests.Profiles;
using Personalization.Partitions;

namespace Personalization.Engine.Tests.Decisions.Pipeline;

/// <summary>One slot that decides for one customer: what a question needs, with a default for each part.</summary>
internal sealed class Desk : IPendingCaps
{
    public const long Noon = FoldRun.Noon;

    private readonly DecisionPipeline _pipeline = new(new FoldSettings());

    public Desk(SlotOptions? options, params ActionDefinition[] actions)
    {
        Slot = SlotSettings.From("home", new DecisionOptions { Default = options ?? new SlotOptions() });
        Library = ActionLibrary.From(actions, Shopper.Scope);
        Assert.Empty(Library.Faults);
        Model = Slot.Untaught;
    }

    public SlotSettings Slot { get; }

    public ActionLibrary Library { get; }

    public ActionModel Model { get; set; }

    public FoldRun Customer { get; init; } = new();

    /// <summary>Scopes that decisions under way have reserved.</summary>
    public List<ulong> Reserved { get; } = [];

    public static ActionDefinition[] Actions(int count) => [.. Enumerable.Range(0, count).Select(i => new ActionDefinition { ActionId = $"a{i:000}" })];

    public DecisionQuestion Question(ulong decision = 1, int n = 1, Dictionary<string, ContextValue>? context = null, string[]? actions = null, long at = Noon) => new()
    {
        Profile = Customer.Profile,
        Request = new DecisionRequest { Slot = "home", Context = context ?? [], N = n, Actions = actions },
        At = at,
        Slot = Slot,
        Library = Library,
        Model = Model,
        Seed = 42,
        Decision = decision,
        Pending = this,
    };

    public DecisionMade Decide(DecisionQuestion question) => _pipeline.Decide(question);

    public DecisionMade Decide(ulong decision = 1, int n = 1, Dictionary<string, ContextValue>? context = null, string[]? actions = null, long at = Noon) =>
        Decide(Question(decision, n, context, actions, at));

    /// <summary>Ids of what could have been chosen, in the library's order.</summary>
    public string[] Eligible(long at = Noon, Dictionary<string, ContextValue>? context = null, string[]? actions = null) =>
        [.. Decide(Question(1, 1, context, actions, at)).ReadCandidates().Select(row => row.Id).Order(StringComparer.Ordinal)];

    /// <summary>Teaches what an action brought at x₀ = 1 and, if asked, one further component.</summary>
    public Desk Taught(string action, int examples, double rate, int component = 0, double value = 1)
    {
        var learner = new ActionModelLearner(Model);
        var x = new double[Slot.Features.Dimension];
        x[0] = 1;
        x[component] = value;
        for (var i = 0; i < examples; i++) learner.Learn(KeyHash.Name("default", action), x, i < examples * rate ? 1 : 0);
        Model = learner.Snapshot();
        return this;
    }

    int IPendingCaps.Reserved(ulong scope, long at, long periodMs) => Reserved.Count(reserved => reserved == scope);
}
