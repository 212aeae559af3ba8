using CsCheck;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Engine.Tests.Decisions.Pipeline;

/// <summary>What is written down is what was drawn from.</summary>
public sealed class PropensityTests
{
    public static TheoryData<DecisionPolicy> Policies => [.. Enum.GetValues<DecisionPolicy>()];

    private static readonly Gen<(ulong Decision, string Device, double Number)> Anyone = Gen.Select(Gen.ULong, OneOf("phone", "desktop", "tablet"), Gen.Double[-3, 3]);

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_same_question_has_the_same_answer_bit_for_bit(DecisionPolicy policy)
    {
        var desk = Shop(policy);
        var again = Shop(policy);
        Anyone.Sample(
            ask =>
            {
                var one = FoldRun.Codec.Write(new EntryEnvelope(EntryKind.Decision, FoldRun.Key, "d", 0), desk.Decide(ask.Decision, 3, Context(ask)));
                var other = FoldRun.Codec.Write(new EntryEnvelope(EntryKind.Decision, FoldRun.Key, "d", 0), again.Decide(ask.Decision, 3, Context(ask)));
                Assert.Equal(one, other);
            },
            iter: 300);
    }

    [Fact]
    public void Another_decision_another_seed_or_another_customer_draws_anew()
    {
        var desk = Shop(DecisionPolicy.Uniform);
        var draws = Enumerable.Range(0, 200).Select(i => desk.Decide((ulong)i).Choices[0].Draw).ToHashSet();
        Assert.Equal(200, draws.Count);
        Assert.DoesNotContain(desk.Decide(desk.Question(1) with { Seed = 43 }).Choices[0].Draw, draws);
        var customer = new CustomerProfile(CustomerKey.Create("default", CustomerKeyKind.Customer, "c2"));
        Assert.DoesNotContain(desk.Decide(desk.Question(1) with { Profile = customer }).Choices[0].Draw, draws);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Propensities_sum_to_1_are_at_least_their_floor_and_with_the_draw_give_the_choice(DecisionPolicy policy)
    {
        var desk = Shop(policy);
        Gen.Select(Anyone, Gen.Int[1, 5]).Sample(
            (ask, count) =>
            {
                string[] named = [.. desk.Library.Actions.Take(count).Select(action => action.Definition.ActionId)];
                var made = desk.Decide(ask.Decision, 1, Context(ask), named);
                var rows = CandidateRows.Read(made.PackedCandidates);
                Assert.Equal((named.Length, named.Length), (made.Eligible, rows.Length));
                Assert.Equal(1, rows.Sum(row => row.Propensity), 1e-12);
                Assert.All(rows, row => Assert.True(row.Propensity >= (.2 / count) - 1e-15, $"{row}"));
                Assert.Equal(rows.Single(row => row.Id == made.Choices[0].Id).Propensity, made.Choices[0].Propensity);
                var sum = 0.0;
                Assert.Equal(made.Choices[0].Id, (rows.FirstOrDefault(row => (sum += row.Propensity) > made.Choices[0].Draw) is { Id: not null } drawn ? drawn : rows[^1]).Id);
            },
            iter: 400);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Over_5000_decisions_each_action_is_drawn_as_often_as_was_written_down(DecisionPolicy policy)
    {
        var desk = Shop(policy);
        var weights = desk.Library.Actions.ToDictionary(action => action.Definition.ActionId, _ => new List<double>());
        for (var decision = 0UL; decision < 5_000; decision++)
        {
            var choice = desk.Decide(decision, context: new() { ["device"] = ContextValue.Of(decision % 2 == 0 ? "phone" : "desktop") }).Choices[0];
            foreach (var (action, list) in weights) list.Add(action == choice.Id ? 1 / choice.Propensity : 0);
        }

        foreach (var (action, list) in weights) AssertMeanIsOne(list, $"{policy}, {action}");
    }

    [Theory]
    [InlineData(DecisionPolicy.Uniform)]
    [InlineData(DecisionPolicy.LinearThompsonSampling)]
    [InlineData(DecisionPolicy.SquareCb)]
    public void In_a_slate_each_propensity_is_conditional_on_the_places_above(DecisionPolicy policy)
    {
        var desk = Shop(policy);
        string[] ids = [.. desk.Library.Actions.Select(action => action.Definition.ActionId)];
        var pairs = ids.SelectMany(first => ids.Where(second => second != first), (first, second) => (first, second)).ToDictionary(pair => pair, _ => new List<double>());
        for (var decision = 0UL; decision < 5_000; decision++)
        {
            var made = desk.Decide(decision, 2);
            var drawn = (made.Choices[0].Id, made.Choices[1].Id);
            foreach (var (pair, list) in pairs) list.Add(pair == drawn ? 1 / (made.Choices[0].Propensity * made.Choices[1].Propensity) : 0);
        }

        foreach (var (pair, list) in pairs) AssertMeanIsOne(list, $"{policy}, {pair}");
    }

    [Fact]
    public void A_uniform_slate_divides_by_what_is_left()
    {
        var made = new Desk(new SlotOptions { Policy = DecisionPolicy.Uniform }, Desk.Actions(4)).Decide(n: 9);
        Assert.Equal([1 / 4.0, 1 / 3.0, 1 / 2.0, 1], made.Choices.Select(choice => choice.Propensity));
        Assert.Equal(4, made.Choices.Select(choice => choice.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Who_asks_for_less_than_one_gets_one(int n) => Assert.Single(new Desk(null, Desk.Actions(3)).Decide(n: n).Choices);

    [Fact]
    public void A_further_place_goes_to_another_group_as_long_as_there_is_one()
    {
        var desk = new Desk(new SlotOptions { Policy = DecisionPolicy.Uniform },
            new() { ActionId = "a1", Group = "a" }, new() { ActionId = "a2", Group = "a" }, new() { ActionId = "a3", Group = "a" }, new() { ActionId = "b1", Group = "b" }, new() { ActionId = "free" });
        for (var decision = 0UL; decision < 200; decision++)
        {
            var made = desk.Decide(decision, 5);
            string[] groups = [.. made.Choices.Select(choice => choice.Id[..1])];
            Assert.Equal(["a", "b", "f"], groups[..3].Order(StringComparer.Ordinal));
            Assert.Equal(["a", "a"], groups[3..]);

            // The first of a group takes the others out of the candidates: what is left after it is drawn from evenly.
            var second = groups[0] == "a" ? 1 / 2.0 : 1 / 4.0;
            Assert.Equal([1 / 5.0, second], made.Choices[..2].Select(choice => choice.Propensity));
        }
    }

    [Fact]
    public void Caps_hold_between_the_places_of_one_decision()
    {
        ActionCap once = new() { Per = "channel", Limit = 1, Days = 1 };
        var desk = new Desk(new SlotOptions { Policy = DecisionPolicy.Uniform },
            new() { ActionId = "a", Channel = "email", Group = "a", Caps = [once] }, new() { ActionId = "b", Channel = "email", Group = "b", Caps = [once] }, new() { ActionId = "c" });
        for (var decision = 0UL; decision < 200; decision++)
        {
            var made = desk.Decide(decision, 3);
            Assert.Equal(2, made.Choices.Length);
            Assert.Single(made.Choices, choice => choice.Id == "c");
            Assert.Single(made.Caps);
        }
    }

    [Fact]
    public void Of_more_than_100_candidates_the_likeliest_are_on_record_and_the_rest_had_the_floor()
    {
        var desk = new Desk(new SlotOptions { Epsilon = .2 }, Desk.Actions(250)).Taught("a240", 400, .5).Taught("a013", 400, .5);
        for (var decision = 0UL; decision < 50; decision++)
        {
            var made = desk.Decide(decision);
            var rows = made.ReadCandidates();
            Assert.Equal((250, 100), (made.Eligible, rows.Length));
            Assert.Equal(rows.Select(row => row.Propensity).OrderDescending(), rows.Select(row => row.Propensity));
            Assert.Equal(1, rows.Sum(row => row.Propensity) + (150 * .2 / 250), 1e-9);
            Assert.Contains(rows, row => row.Id == "a240");
        }
    }

    [Fact]
    public void Where_more_than_100_differ_the_largest_stay()
    {
        var desk = new Desk(new SlotOptions { Policy = DecisionPolicy.SquareCb }, [.. Enumerable.Range(0, 150).Select(i => new ActionDefinition { ActionId = $"a{i:000}", Value = 1 + (i * 37 % 150) })]);
        var rows = desk.Decide().ReadCandidates();
        Assert.Equal(Enumerable.Range(51, 100).Reverse().Select(value => (double)value), rows.Select(row => row.Weight));
    }

    /// <summary>Five actions in two groups; what was learned favours one, and another one on phones.</summary>
    private static Desk Shop(DecisionPolicy policy)
    {
        var desk = new Desk(new SlotOptions { Policy = policy, Epsilon = .2, Features = ["device=phone", "device=desktop", "number"] }, [.. Desk.Actions(5).Select((action, i) => action with { Value = 1 + (.1 * i) })]);
        return desk.Taught("a000", 60, .2).Taught("a001", 60, .15).Taught("a002", 60, .3, component: 8).Taught("a003", 12, .25);
    }

    private static Dictionary<string, ContextValue> Context((ulong Decision, string Device, double Number) ask) =>
        new() { ["device"] = ContextValue.Of(ask.Device), ["number"] = ContextValue.Of(ask.Number) };

    private static void AssertMeanIsOne(List<double> weights, string what)
    {
        var mean = weights.Average();
        var error = Math.Sqrt(weights.Sum(weight => (weight - mean) * (weight - mean)) / weights.Count / weights.Count);
        Assert.True(Math.Abs(mean - 1) <= 4 * error, $"{what}: mean weight {mean:0.000}, standard error {error:0.000}");
        Assert.True(error < .5, $"{what}: a standard error of {error:0.000} tells nothing");
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
