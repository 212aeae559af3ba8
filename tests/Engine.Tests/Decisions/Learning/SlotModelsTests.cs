using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Tests.Profiles;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Tests.Decisions.Learning;

/// <summary>One model a slot, learned from what the outbox tells of decisions.</summary>
public sealed class SlotModelsTests
{
    private static readonly double[] X = [1, .5, 0, 0, 0, 0, 0, 0, .25];
    private static readonly ulong A = KeyHash.Name("default", "a");

    private readonly DecisionOptions _options = new()
    {
        Default = new SlotOptions { Features = ["device=phone"] },
        Slots = new(StringComparer.Ordinal)
        {
            ["home"] = new SlotOptions { Features = ["device=phone"] },
            ["cart"] = new SlotOptions { Features = ["device=phone"] },
            ["logistic"] = new SlotOptions { Features = ["device=phone"], Policy = DecisionPolicy.LogisticThompsonSampling },
        },
    };

    private readonly SlotModels _models;
    private readonly SlotModelReplica _replica;

    public SlotModelsTests() => (_models, _replica) = (New(), new SlotModelReplica(Slot));

    [Fact]
    public void A_linear_slot_learns_x_when_the_decision_is_made_and_the_reward_when_it_is_known()
    {
        var expected = new ActionModelLearner(ActionModel.Empty(X.Length, Slot("home").Policy.Options));
        Assert.Equal((0, 0), Counts("home"));
        _models.Learn(Row(LearningExample.Made, "home", 0));
        expected.Decided(A, X);
        Assert.Equal((1, 0), Counts("home"));
        Assert.Equal(expected.Snapshot().Score(A, X), Model("home").Score(A, X));
        _models.Learn(Row(LearningExample.Resolved, "home", .75));
        expected.Resolved(A, X, .75);
        Assert.Equal((1, 1), Counts("home"));
        Assert.Equal(expected.Snapshot().Score(A, X), Model("home").Score(A, X));
    }

    [Fact]
    public void A_logistic_slot_learns_when_the_reward_is_known_and_not_before()
    {
        _models.Learn(Row(LearningExample.Made, "logistic", 0));
        Assert.Null(_models.TakeChange());
        _models.Learn(Row(LearningExample.Resolved, "logistic", 1));
        Assert.Equal((1, 1), Counts("logistic"));
        Assert.True(Model("logistic").Score(A, X) > Slot("logistic").Untaught.Score(A, X));
    }

    [Fact]
    public void A_slot_is_published_once_for_all_that_it_learned_and_only_if_it_did()
    {
        Assert.Null(_models.TakeChange());
        for (var i = 0; i < 10; i++) _models.Learn(Row(LearningExample.Made, "home", 0));
        Assert.Equal(1, Model("home").Version);
        Assert.Null(_models.TakeChange());
        _models.Learn(Row(LearningExample.Resolved, "cart", 1));
        var change = _models.TakeChange()!.Value;
        _replica.Apply(change.Bytes, change.IsWhole);
        Assert.Equal(["cart", "home"], _replica.Models.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((1, 1), (Model("home").Version, Model("cart").Version));
    }

    [Fact]
    public void What_is_saved_is_loaded_and_replicated_bit_for_bit_and_learns_on_alike()
    {
        for (var i = 0; i < 40; i++)
        {
            _models.Learn(Row(LearningExample.Made, "home", 0, $"a{i % 3}"));
            _models.Learn(Row(LearningExample.Resolved, i % 2 == 0 ? "home" : "logistic", i % 5 == 0 ? 1 : 0, $"a{i % 3}"));
        }

        var saved = Save(_models);
        var loaded = New();
        loaded.Load(new MemoryStream(saved));
        Assert.Equal(saved, Save(loaded));
        Assert.Null(loaded.TakeChange());

        var (whole, stepwise) = (new SlotModelReplica(Slot), new SlotModelReplica(Slot));
        whole.Apply(saved, isWhole: true);
        stepwise.Apply(_models.TakeChange()!.Value.Bytes, isWhole: false);
        foreach (var slot in new[] { "home", "logistic" })
        {
            Assert.Equal(whole.Of(Slot(slot)).Score(A, X), stepwise.Of(Slot(slot)).Score(A, X));
            Assert.Equal(whole.Of(Slot(slot)).Version, stepwise.Of(Slot(slot)).Version);
        }

        foreach (var models in new[] { _models, loaded }) models.Learn(Row(LearningExample.Resolved, "home", 1, "a1"));
        Assert.Equal(Save(_models), Save(loaded));
        whole.Load(null);
        Assert.Empty(whole.Models);
    }

    [Fact]
    public void A_slot_whose_settings_ask_for_another_shape_begins_anew_and_is_not_scored_with_the_old_one()
    {
        _models.Learn(Row(LearningExample.Resolved, "home", 1));
        Assert.NotSame(Slot("home").Untaught, Model("home"));
        var before = Save(_models);
        _options.Slots["home"].PriorPrecision = 9;
        Assert.Equal(0, _replica.Of(Slot("home")).Rewards);
        var models = New();
        models.Load(new MemoryStream(before));
        models.Learn(Row(LearningExample.Resolved, "home", 1));
        var change = models.TakeChange()!.Value;
        _replica.Apply(change.Bytes, change.IsWhole);
        Assert.Equal((0L, 1L), (_replica.Of(Slot("home")).Decisions, _replica.Of(Slot("home")).Rewards));
    }

    public static TheoryData<string, double[], double> Unlearnable => new()
    {
        { "another dimension", [1, 2], 1 },
        { "no number", [1, double.NaN, 0, 0, 0, 0, 0, 0, 0], 1 },
        { "beyond all numbers", [1, 1e12, 0, 0, 0, 0, 0, 0, 0], 1 },
        { "a reward above 1", X, 2 },
    };

    [Theory]
    [MemberData(nameof(Unlearnable))]
    public void An_example_that_cannot_be_learned_is_refused_as_unreadable_and_leaves_no_trace(string what, double[] x, double reward)
    {
        _models.Learn(Row(LearningExample.Resolved, "home", 1));
        _models.Learn(Row(LearningExample.Resolved, "logistic", 1));
        _ = _models.TakeChange();
        var before = Save(_models);
        foreach (var slot in new[] { "home", "logistic" })
        {
            var fault = Record.Exception(() => _models.Learn(Row(LearningExample.Resolved, slot, reward, x: x)));
            Assert.True(fault is InvalidDataException, $"{what}: {fault}");
        }

        Assert.Equal(before, Save(_models));
        Assert.Null(_models.TakeChange());
        Assert.Throws<InvalidDataException>(() => _models.Learn(new OutboxRow(1, FoldRun.Key, new OutboxItem(LearningExample.Resolved, [1, 2, 3]))));
    }

    [Fact]
    public void Recommendations_and_policies_without_features_teach_nothing()
    {
        _models.Learn(Row(LearningExample.Resolved, "home", 1, kind: DecisionKind.Recommendation));
        _models.Learn(Row(LearningExample.Resolved, "home", 1, x: []));
        Assert.Null(_models.TakeChange());
    }

    [Fact]
    public void Slots_that_nobody_configured_share_one_model_however_many_names_callers_make_up()
    {
        _models.Learn(Row(LearningExample.Made, "made-up-0", 0));
        var one = _models.AllocatedBytes;
        for (var i = 1; i < 1_005; i++) _models.Learn(Row(LearningExample.Made, $"made-up-{i}", 0));
        Assert.Equal(one, _models.AllocatedBytes);
        Assert.Equal(1_005, Counts("the-shops-own").Decisions);
        Assert.Equal([SlotSettings.SharedModel], _replica.Models.Keys);
        Assert.InRange(Save(_models).Length, 1, 4_096);
    }

    [Fact]
    public void What_1005_invented_slots_over_100_actions_take_is_two_megabytes_and_a_slot_of_the_shops_learns_at_once_and_after_a_restart()
    {
        var options = new DecisionOptions();
        SlotSettings Of(string name) => SlotSettings.From(name, options);
        var layout = Of("any").Features;
        var (models, replica) = (new SlotModels("default", Of), new SlotModelReplica(Of));
        for (var i = 0; i < 1_005; i++)
        {
            for (var place = 0; place < 20; place++) models.Learn(Row(LearningExample.Made, $"made-up-{i}", 0, $"act{(i * 20 + place) % 100}", X($"made-up-{i}")));
        }

        Assert.InRange(models.AllocatedBytes, 1, 2 << 20);
        Assert.InRange(Save(models).Length, 1, 2 << 20);
        Teach(models);
        Assert.True(Leads(models), "the shop's slot did not learn");

        var restarted = new SlotModels("default", Of);
        restarted.Load(new MemoryStream(Save(models)));
        var before = restarted.AllocatedBytes;
        Teach(restarted);
        Assert.True(Leads(restarted), "the shop's slot did not learn after the restart");
        Assert.Equal(before, restarted.AllocatedBytes);

        double[] X(string slot)
        {
            var x = new double[layout.Dimension];
            layout.Fill(new FoldRun().Profile, FoldRun.Noon, new Engine.Profiles.FoldSettings(), [], slot, x);
            return x;
        }

        void Teach(SlotModels learner)
        {
            for (var i = 0; i < 60; i++)
            {
                var action = i % 2 == 0 ? "act1" : "act2";
                learner.Learn(Row(LearningExample.Made, "checkout", 0, action, X("checkout")));
                learner.Learn(Row(LearningExample.Resolved, "checkout", action == "act1" ? 1 : 0, action, X("checkout")));
            }
        }

        bool Leads(SlotModels learner)
        {
            replica.Apply(learner.TakeChange()!.Value.Bytes, isWhole: false);
            var model = replica.Of(Of("checkout"));
            double Score(string action) => model.Score(KeyHash.Name("default", action), X("checkout"));
            return Score("act1") > .2 && Score("act1") > Score("act2") + .2;
        }
    }

    [Fact]
    public void Of_a_state_with_a_model_for_every_slot_the_configured_go_on_and_of_the_others_the_most_experienced_is_shared()
    {
        // As earlier releases wrote it: every slot has its own.
        var everySlot = new DecisionOptions { Default = _options.Default, Slots = new(StringComparer.Ordinal) { ["home"] = _options.Default, ["busy"] = _options.Default, ["quiet"] = _options.Default } };
        var earlier = new SlotModels("default", name => SlotSettings.From(name, everySlot));
        foreach (var (slot, times) in new[] { ("home", 3), ("busy", 9), ("quiet", 1) })
        {
            for (var i = 0; i < times; i++) earlier.Learn(Row(LearningExample.Resolved, slot, 1));
        }

        var state = Save(earlier);
        _models.Load(new MemoryStream(state));
        _replica.Load(new MemoryStream(state));
        Assert.Equal(["", "home"], _replica.Models.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((3, 9, 9), (Counts("home").Rewards, Counts("busy").Rewards, Counts("never-seen").Rewards));
        _models.Learn(Row(LearningExample.Resolved, "quiet", 1));
        Assert.Equal((3, 10), (Counts("home").Rewards, Counts("busy").Rewards));
    }

    [Fact]
    public void A_slot_that_is_reset_begins_anew_under_a_version_that_was_never_told_and_the_others_stay()
    {
        foreach (var slot in new[] { "home", "cart", "made-up" }) _models.Learn(Row(LearningExample.Resolved, slot, 1));
        var version = Model("home").Version;
        _models.Reset("home");
        Assert.Equal((0, version + 1), (Counts("home").Rewards, Model("home").Version));
        Assert.Equal((1, 1), (Counts("cart").Rewards, Counts("made-up").Rewards));
        _models.Reset("another-made-up");
        Assert.Equal(0, Counts("made-up").Rewards);
        _models.Learn(Row(LearningExample.Resolved, "home", 1));
        Assert.Equal((1, version + 2), (Counts("home").Rewards, Model("home").Version));
        _models.Reset("logistic");
        Assert.Null(_models.TakeChange());
    }

    [Fact]
    public void A_model_that_is_full_lets_the_action_go_that_learned_longest_ago()
    {
        var start = ActionModel.Empty(X.Length, Slot("home").Policy.Options);
        var learner = new ActionModelLearner(start, mostBytes: 3 * (sizeof(long) + new LinearPosterior(X.Length, 4).StateSize));
        foreach (var action in new ulong[] { 1, 2, 3, 1 }) learner.Learn(action, X, 1);
        var before = learner.Snapshot();
        learner.Learn(4, X, 1);
        var after = learner.Snapshot();
        Assert.Equal((3, 3), (before.Actions, after.Actions));
        Assert.Equal((2, 0, 1, 1), (after.Counts(1).Rewards, after.Counts(2).Rewards, after.Counts(3).Rewards, after.Counts(4).Rewards));
        Assert.Equal(1, before.Counts(2).Rewards);
        learner.Learn(2, X, 1);
        Assert.Equal((1, 0), (learner.Snapshot().Counts(2).Rewards, learner.Snapshot().Counts(3).Rewards));
    }

    [Fact]
    public void A_silo_counts_the_covariances_that_it_keeps_to_its_memory()
    {
        _models.Learn(Row(LearningExample.Resolved, "home", 1));
        var model = Model("home");
        Assert.Equal(model.StateSize + (8 * 9 * 10 / 2), _replica.AllocatedBytes);
        Assert.Equal(model.ScoreVariance(A, X), QuadraticForm.Value(Products(X), ((IHasCovariance)model.Posterior(A)).Covariance), 1e-12);

        static double[] Products(double[] x)
        {
            var products = new double[QuadraticForm.Length(x.Length)];
            QuadraticForm.Products(x, products);
            return products;
        }
    }

    [Fact]
    public void Bytes_of_another_form_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => New().Load(new MemoryStream([255, 255, 255, 127])));
        _models.Learn(Row(LearningExample.Resolved, "home", 1));
        var saved = Save(_models);
        for (var length = 0; length < saved.Length; length++)
        {
            var fault = Record.Exception(() => _replica.Apply(saved.AsSpan(0, length), isWhole: true));
            Assert.True(fault is InvalidDataException or EndOfStreamException, $"{length} of {saved.Length} bytes: {fault}");
        }
    }

    private static byte[] Save(SlotModels models)
    {
        using var stream = new MemoryStream();
        models.Save(stream);
        return stream.ToArray();
    }

    private static OutboxRow Row(string told, string slot, double reward, string choice = "a", double[]? x = null, DecisionKind kind = DecisionKind.NextBestAction) =>
        new(1, FoldRun.Key, new OutboxItem(told, new LearningExample { Kind = kind, Slot = slot, Choice = choice, Features = x ?? X, Reward = reward }.ToBytes()));

    private SlotModels New() => new("default", Slot);

    private SlotSettings Slot(string name) => SlotSettings.From(name, _options);

    private (int Decisions, int Rewards) Counts(string slot) => Model(slot) is var model ? ((int)model.Decisions, (int)model.Rewards) : default;

    /// <summary>The slot's model as a silo scores with it.</summary>
    private ActionModel Model(string slot)
    {
        if (_models.TakeChange() is { } change) _replica.Apply(change.Bytes, change.IsWhole);
        return _replica.Of(Slot(slot));
    }
}
