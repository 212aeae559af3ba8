using CsCheck;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Engine.Tests.Decisions.Eligibility;
using Personalization.Engine.Tests.Profiles;

namespace Personalization.Engine.Tests.Decisions.Pipeline;

public sealed class FeatureLayoutTests
{
    private static readonly FeatureLayout Hashed = new([]);
    private static readonly FeatureLayout Configured = new(["device=phone", "member=true", "temperature:-10..40", "price"]);

    [Fact]
    public void A_stranger_has_the_constant_and_nothing_else() => Assert.Equal([1, .. new double[7]], Fill(Hashed, new FoldRun(), [])[..8]);

    [Fact]
    public void The_profile_fills_the_first_eight_components()
    {
        // Two orders, the last 10 days and 2 hours ago; five sessions, the open one of two events with something in the cart; two hours since the last event.
        var x = Fill(new FeatureLayout([]), Shopper.Regular(), [], FoldRun.Noon + (10 * FoldRun.Minute));
        var days = 10 + (10 / 1440.0);
        double[] expected = [1, 1, Math.Log(3) / 4, Math.Pow(2, -days / 30), Math.Log(3) / 4, 1, x[6], Math.Pow(2, -10 / 1440.0 / 7)];
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], x[i], 1e-6);
        Assert.InRange(x[6], Math.Log(2) / 4, 1);
    }

    [Fact]
    public void A_session_that_is_over_has_no_depth_and_no_cart()
    {
        var x = Fill(Hashed, Shopper.Regular(), [], FoldRun.Noon + FoldRun.Day);
        Assert.Equal((0, 0), (x[4], x[5]));
        Assert.True(x[7] is > .8 and < 1);
    }

    [Fact]
    public void A_value_of_the_context_is_hashed_into_two_places_of_half_the_square_each() =>
        Gen.Select(Gen.String[1, 20], Gen.String[0, 300]).Sample(
            (name, text) =>
            {
                var x = new double[Hashed.Dimension];
                Assert.True(Hashed.Add(name, ContextValue.Of(text), x));
                var places = x.Select((value, place) => (value, place)).Where(pair => pair.value != 0).ToList();
                Assert.Equal(2, places.Count);
                Assert.All(places, pair => Assert.True(pair.place >= FeatureLayout.ProfileFeatures && Math.Abs(pair.value * pair.value - .5) < 1e-12));
            },
            iter: 500);

    [Theory]
    [InlineData(-10, -1)]
    [InlineData(40, 1)]
    [InlineData(15, 0)]
    [InlineData(27.5, .5)]
    [InlineData(-300, -1)]
    [InlineData(1e300, 1)]
    public void A_number_with_a_range_stands_between_minus_1_and_1_by_its_place_in_it(double number, double component)
    {
        var x = new double[Configured.Dimension];
        Assert.True(Configured.Add("temperature", ContextValue.Of(number), x));
        Assert.Equal(component, x[10], 1e-12);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(.9, .2)]
    [InlineData(-9.9, -.4)]
    [InlineData(99.9, .6)]
    [InlineData(9_999.9, 1)]
    [InlineData(1e300, 1)]
    [InlineData(-1e300, -1)]
    public void A_number_without_one_stands_there_by_its_magnitude_each_factor_of_ten_a_fifth(double number, double component)
    {
        var x = new double[Configured.Dimension];
        Assert.True(Configured.Add("price", ContextValue.Of(number), x));
        Assert.Equal(component, x[11], 1e-9);
    }

    [Theory]
    [InlineData("t:5..5")]
    [InlineData("t:9..1")]
    [InlineData("t:a..b")]
    [InlineData("t:0..1e999")]
    [InlineData("")]
    public void What_looks_like_a_range_and_is_none_is_refused(string feature) => Assert.Throws<ArgumentException>(() => new FeatureLayout([feature]));

    [Fact]
    public void However_much_a_context_holds_its_part_of_x_has_a_bounded_length_and_up_to_nine_values_count_in_full() =>
        Gen.Select(Gen.Int[0, 64], Gen.Double[-1e300, 1e300], Gen.Bool).Sample(
            (count, number, isText) =>
            {
                var context = Enumerable.Range(0, count).ToDictionary(i => $"k{i}", i => isText ? ContextValue.Of($"v{number}") : ContextValue.Of(i % 2 == 0 ? number : -number));
                var x = Fill(Hashed, new FoldRun(), context);
                Assert.InRange(x[FeatureLayout.ProfileFeatures..].Sum(component => component * component), 0, 9 + 1e-5);
                var alone = new double[Hashed.Dimension];
                foreach (var (name, value) in context) Hashed.Add(name, value, alone);
                if (alone.Sum(component => component * component) <= 9) Assert.Equal(Array.ConvertAll(alone[8..], component => (double)(float)component), x[8..]);
            },
            iter: 300);

    [Fact]
    public void A_slot_that_shares_its_model_stands_in_x_by_its_name_and_one_of_its_own_does_not()
    {
        var (home, cart) = (Fill(Hashed, new FoldRun(), [], slot: "home"), Fill(Hashed, new FoldRun(), [], slot: "cart"));
        Assert.NotEqual(home, cart);
        Assert.Equal(home, Fill(Hashed, new FoldRun(), new() { [FeatureLayout.SlotName] = ContextValue.Of("home") }, slot: "cart"));
        Assert.All(Fill(Hashed, new FoldRun(), [])[8..], component => Assert.Equal(0, component));
    }

    [Fact]
    public void A_value_that_is_not_known_adds_nothing()
    {
        var x = new double[Configured.Dimension];
        Assert.False(Configured.Add("temperature", default, x));
        Assert.False(Configured.Add("device", ContextValue.Of("desktop"), x));
        Assert.All(x, component => Assert.Equal(0, component));
    }

    [Fact]
    public void Configured_features_have_a_component_each_in_their_order()
    {
        Assert.Equal(12, Configured.Dimension);
        var x = Fill(Configured, new FoldRun(), new() { ["device"] = ContextValue.Of("phone"), ["member"] = ContextValue.Of(true), ["temperature"] = ContextValue.Of(20), ["else"] = ContextValue.Of("x") });
        Assert.Equal([1, 1, (float).2, 0], x[8..]);
    }

    [Fact]
    public void Every_component_is_a_number_of_32_bits() =>
        Gen.Double[-20, 20].Sample(
            number =>
            {
                foreach (var component in Fill(Hashed, Shopper.Regular(), new() { ["n"] = ContextValue.Of(number), ["t"] = ContextValue.Of("text") }, Shopper.At)) Assert.Equal((float)component, component);
            },
            iter: 200);

    [Fact]
    public void The_context_changes_x_and_nothing_else_does()
    {
        var desk = new Desk(null, Desk.Actions(2)) { Customer = Shopper.Regular() };
        Dictionary<string, ContextValue> phone = new() { ["device"] = ContextValue.Of("phone"), ["page"] = ContextValue.Of(2) };
        var one = desk.Decide(1, context: phone, at: Shopper.At).Features;
        Assert.Equal(one, desk.Decide(2, context: new(phone.Reverse()), at: Shopper.At).Features);
        Assert.NotEqual(one, desk.Decide(1, context: new(phone) { ["device"] = ContextValue.Of("desktop") }, at: Shopper.At).Features);
        Assert.NotEqual(one, desk.Decide(1, context: new(phone) { ["page"] = ContextValue.Of(3) }, at: Shopper.At).Features);
        Assert.Equal(one[..8], desk.Decide(1, at: Shopper.At).Features[..8]);
    }

    private static double[] Fill(FeatureLayout layout, FoldRun run, Dictionary<string, ContextValue> context, long at = FoldRun.Noon, string? slot = null)
    {
        var x = new double[layout.Dimension];
        layout.Fill(run.Profile, at, run.Settings, context, slot, x);
        return x;
    }
}
