using CsCheck;
using Personalization.Algorithms.Learning;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Tests.Decisions.Eligibility;

namespace Personalization.Engine.Tests.Decisions.Pipeline;

/// <summary>The parts of a score that a choice tells are all of it.</summary>
public sealed class ExplanationTests
{
    private static readonly Gen<Dictionary<string, ContextValue>> AnyContext =
        from texts in Gen.Select(OneOf("device", "page", "country", "campaign"), OneOf("a", "b", "c", "d")).Array[0, 4]
        from number in Gen.Double[-20, 20]
        select new Dictionary<string, ContextValue>(texts.DistinctBy(text => text.Item1).Select(text => KeyValuePair.Create(text.Item1, ContextValue.Of(text.Item2)))) { ["temperature"] = ContextValue.Of(number), ["member"] = ContextValue.Of(true) };

    [Fact]
    public void The_parts_of_a_linear_score_sum_up_to_it()
    {
        var desk = Taught(DecisionPolicy.LinearThompsonSampling, .2);
        AnyContext.Sample(
            context =>
            {
                var choice = desk.Decide(context: context, at: Shopper.At).Choices[0];
                Assert.Equal(choice.Score, Math.Clamp(choice.Factors.Sum(factor => factor.Contribution), 0, 1), 1e-5);
            },
            iter: 300);
    }

    [Fact]
    public void The_parts_of_a_logistic_score_sum_up_to_its_log_odds()
    {
        var desk = Taught(DecisionPolicy.LogisticThompsonSampling, 1);
        AnyContext.Sample(
            context =>
            {
                var choice = desk.Decide(context: context, at: Shopper.At).Choices[0];
                Assert.Equal(Logistic.Logit(choice.Score), choice.Factors.Sum(factor => factor.Contribution), 1e-5);
            },
            iter: 300);
    }

    [Fact]
    public void The_base_rate_comes_first_then_what_adds_most_then_the_rest_and_the_customers_own()
    {
        var desk = Taught(DecisionPolicy.LinearThompsonSampling, .2);
        AnyContext.Sample(
            context =>
            {
                var factors = desk.Decide(context: context, at: Shopper.At).Choices[0].Factors;
                Assert.Equal(DecisionWords.BaseRate, factors[0].Name);
                Assert.Equal(DecisionWords.Own, factors[^1].Name);
                var told = factors.Skip(1).TakeWhile(factor => factor.Name is not DecisionWords.Other and not DecisionWords.Own).Select(factor => Math.Abs(factor.Contribution)).ToList();
                Assert.InRange(told.Count, 1, 4);
                Assert.Equal(told.OrderDescending(), told);
            },
            iter: 100);
    }

    [Fact]
    public void A_value_of_the_context_is_told_by_its_name_with_what_it_adds()
    {
        var desk = new Desk(new SlotOptions { Features = ["device=phone", "device=desktop", "age"] }, Desk.Actions(1)).Taught("a000", 200, .9, component: 8).Taught("a000", 200, .1, component: 9);
        var choice = desk.Decide(context: new() { ["device"] = ContextValue.Of("phone"), ["age"] = ContextValue.Of(1) }).Choices[0];
        var told = Assert.Single(choice.Factors, factor => factor.Name == "context.device=phone");
        Assert.True(told.Contribution > .2, $"phone adds {told.Contribution}");
        Assert.DoesNotContain(choice.Factors, factor => factor.Name == "context.age");
        Assert.Equal((400L, 400L), (choice.Tried, choice.Resolved));
        Assert.Equal("chosen 400 times here before; 400 of them are resolved", choice.Explain()[0].Text);
        Assert.Contains(choice.Explain(), reason => reason.Text == FormattableString.Invariant($"context.device=phone raises the score by {told.Contribution:0.####}"));
    }

    [Fact]
    public void What_was_never_offered_is_told_so_and_a_record_of_words_keeps_them()
    {
        Assert.Equal("nobody was offered it here yet", new Desk(null, Desk.Actions(1)).Decide().Choices[0].Explain()[0].Text);
        DecisionReason reason = new("trending", 0, "many look at it");
        Assert.Equal([reason], new DecisionChoice { Reasons = [reason] }.Explain());
    }

    /// <summary>A customer with orders, a session, a cart and answers of its own, and one action with every component taught.</summary>
    private static Desk Taught(DecisionPolicy policy, double own)
    {
        var desk = new Desk(new SlotOptions { Policy = policy, OwnDeviation = own }, Desk.Actions(1)) { Customer = Shopper.Regular() };
        for (var component = 1; component < desk.Slot.Features.Dimension; component++) desk.Taught("a000", 8, component % 4 / 8.0, component);
        for (var i = 0; i < 3; i++)
        {
            desk.Customer.Apply(desk.Decide((ulong)i, at: Shopper.At) with { LearnsAtClose = false }, Shopper.At, $"d{i}");
            desk.Customer.Apply(new RewardGiven { Decision = $"d{i}", Value = i == 0 ? 1 : 0 }, Shopper.At);
        }

        return desk;
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
