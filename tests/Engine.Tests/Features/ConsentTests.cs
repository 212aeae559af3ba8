using CsCheck;
using Personalization.Algorithms.Recommendation;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Churn;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Features;
using Personalization.Engine.Tests.Decisions.Eligibility;
using Personalization.Engine.Tests.Decisions.Ledger;
using Personalization.Engine.Tests.Decisions.Pipeline;
using Personalization.Engine.Tests.Profiles;
using Personalization.Engine.Tests.Recommendations;
using Personalization.Events;

namespace Personalization.Engine.Tests.Features;

/// <summary>Two customers who differ only in what they did, and who refuse the purpose that it is read for, are one to whatever is computed.</summary>
public sealed class ConsentTests
{
    private const long At = FoldRun.Noon + (3 * FoldRun.Hour);

    private static readonly Gen<(EventType Type, string Item, long Time, decimal? Value)[]> Lives = Gen.Select(
        OneOf(EventType.ProductViewed, EventType.ProductAdded, EventType.Purchase, EventType.ProductClicked, EventType.MessageOpened),
        OneOf("A", "B", "C", "decoy"), Gen.Long[FoldRun.Noon - (40 * FoldRun.Day), FoldRun.Noon], Gen.Int[1, 500].Select(value => (decimal?)value)).Array[0, 25];

    [Fact]
    public void Every_feature_says_what_it_is_read_for_and_nothing_of_a_stranger()
    {
        Assert.Equal(7, CustomerFeatures.All.Count);
        Assert.All(CustomerFeatures.All, feature =>
        {
            Assert.True(feature.Purpose != FeaturePurpose.Unstated && Enum.IsDefined(feature.Purpose), $"'{feature.Name}' states no purpose");
        });
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeatureView(new FoldRun().Profile).For(FeaturePurpose.Unstated));
        var values = new double[CustomerFeatures.All.Count];
        CustomerFeatures.Read(new FoldRun().Profile, At, new FoldRun().Settings, values);
        Assert.All(values, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Decisions_of_two_who_refuse_personalization_are_equal_in_every_recorded_number() => Gen.Select(Lives, Lives, Gen.ULong).Sample(
        (one, other, decision) =>
        {
            var first = Decide(Customer(one), decision);
            var second = Decide(Customer(other), decision);
            Assert.Equivalent(first, second, strict: true);
            Assert.Equal(first.PackedCandidates, second.PackedCandidates);
            Assert.False(first.Learns);
        },
        iter: 100);

    [Fact]
    public void Every_column_of_the_eligibility_language_says_what_it_is_read_for() => Assert.All(EligibilityLanguage.Columns, column =>
        Assert.True(column.Purpose != FeaturePurpose.Unstated && Enum.IsDefined(column.Purpose), $"'{column.Name}' states no purpose"));

    [Theory]
    [InlineData(Purposes.Operation, new[] { "orders > 0", "totals.events > 0", "lastSeenAt != null", "count(\"purchase\") > 0", "trait(\"plan\") = \"gold\"", "purchases.purchaseDays > 0" })]
    [InlineData(Purposes.Personalization, new[] { "session.views > 0", "activity.30d > 0", "affinity(\"channel\", \"unknown\") > 0", "daysSinceItem(\"A\") >= 0", "recentlyPurchased(\"A\")" })]
    [InlineData(Purposes.Marketing, new[] { "messages.received > 0", "messages.openRate >= 0" })]
    public void Eligibility_reads_what_was_not_refused_and_of_what_was_a_strangers(string purpose, string[] expressions)
    {
        string[] all = ["orders > 0", "totals.events > 0", "lastSeenAt != null", "count(\"purchase\") > 0", "trait(\"plan\") = \"gold\"", "purchases.purchaseDays > 0", "session.views > 0", "activity.30d > 0", "daysSinceItem(\"A\") >= 0", "recentlyPurchased(\"A\")", "messages.received > 0", "messages.openRate >= 0"];
        var customer = new FoldRun();
        customer.Apply(new TraitsChange { Traits = new() { ["plan"] = "\"gold\"" } });
        customer.Event(EventType.MessageReceived);
        customer.Event(EventType.ProductViewed, FoldRun.Noon + 1, "A");
        customer.Event(EventType.Purchase, FoldRun.Noon + 2, "A", 30m);
        Assert.All(all, expression => Assert.True(Shopper.Holds(expression, customer), expression));
        customer.Apply(new ConsentChange { Purpose = purpose, Granted = false });
        Assert.All(expressions, expression => Assert.False(Shopper.Holds(expression, customer), expression));
        Assert.All(all.Except(expressions), expression => Assert.True(Shopper.Holds(expression, customer), expression));
        Assert.False(Shopper.Holds($"consent(\"{purpose}\")", customer));
    }

    [Fact]
    public void Churn_of_two_who_refuse_personalization_is_that_of_a_stranger() => Lives.Sample(
        life =>
        {
            var customer = Customer(life);
            var scorer = new ChurnScorer(customer.Settings, ChurnModel.From(new ChurnOptions()));
            Assert.Equivalent(scorer.Score(new FoldRun().Profile, At), scorer.Score(customer.Profile, At), strict: true);
            Assert.Null(scorer.LastPurchaseAt(customer.Profile));
            Assert.Null(scorer.CrossesThresholdAt(customer.Profile));
        },
        iter: 100);

    [Fact]
    public void Recommendations_to_two_who_refuse_personalization_are_equal()
    {
        using var shop = new Shop();
        for (var i = 0; i < 20; i++) shop.Session("A", "B", "C");
        for (var i = 0; i < 50; i++) shop.Session("decoy");
        var stranger = shop.Ask(null);
        Lives.Sample(life => Assert.Equal(stranger, shop.Ask(Customer(life))), iter: 50);
    }

    [Fact]
    public void A_refusal_holds_from_the_next_call_on_and_an_agreement_again_too()
    {
        var customer = Customer([(EventType.Purchase, "A", FoldRun.Noon, 30m)], refuses: false);
        var granted = Decide(customer, 1);
        customer.Apply(new ConsentChange { Purpose = Purposes.Personalization, Granted = false }, At);
        Assert.NotEqual(granted.Features, Decide(customer, 1).Features);
        Assert.Equal(Decide(Customer([]), 1).Features, Decide(customer, 1).Features);
        customer.Apply(new ConsentChange { Purpose = Purposes.Personalization, Granted = true }, At);
        Assert.Equal(granted.Features, Decide(customer, 1).Features);
        Assert.True(Decide(customer, 1).Learns);
    }

    [Fact]
    public void Who_refuses_after_a_decision_teaches_nothing_of_how_it_ended()
    {
        var run = new LedgerRun();
        var id = run.Decide(LedgerRun.Offer("a"));
        Assert.Single(run.Made);
        run.Run.Apply(new ConsentChange { Purpose = Purposes.Personalization, Granted = false });
        Assert.Equal(Engine.Profiles.FoldVerdict.Folded, run.Reward(id));
        run.Decide(LedgerRun.Offer("b"));
        run.WakeUntil(FoldRun.Noon + (2 * LedgerRun.Window));
        Assert.Empty(run.Resolved);
        Assert.Single(run.Made);
        Assert.Equal(0, run.Profile.OpenDecisions);
    }

    private static DecisionMade Decide(FoldRun customer, ulong decision) => Taught(customer).Decide(decision, n: 2, context: new() { ["device"] = ContextValue.Of("phone") }, at: At);

    private static Desk Taught(FoldRun customer)
    {
        var desk = new Desk(null, Desk.Actions(4)) { Customer = customer };
        return desk.Taught("a000", 40, .5, component: 1).Taught("a001", 40, .3, component: 3).Taught("a002", 40, .4, component: 7).Taught("a003", 40, .2, component: 5);
    }

    private static FoldRun Customer((EventType Type, string Item, long Time, decimal? Value)[] life, bool refuses = true)
    {
        var run = new FoldRun();
        foreach (var (type, item, time, value) in life.OrderBy(step => step.Time)) run.Event(type, time, item, type == EventType.Purchase ? value : null);
        run.Apply(new ConsentChange { Purpose = "marketing", Granted = true }, At);
        if (refuses) run.Apply(new ConsentChange { Purpose = Purposes.Personalization, Granted = false }, At);
        return run;
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
