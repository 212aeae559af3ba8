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
    private static readonly FeatureLayout Configured = new(["device=phone", "member=true", "temperature"]);

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

    [Fact]
    public void A_number_is_cut_at_10_and_a_value_that_is_not_known_adds_nothing()
    {
        var x = new double[Configured.Dimension];
        Assert.True(Configured.Add("temperature", ContextValue.Of(1e6), x));
        Assert.Equal(10, x[10]);
        Assert.True(Configured.Add("temperature", ContextValue.Of(-12.5), x));
        Assert.Equal(0, x[10]);
        Assert.False(Configured.Add("temperature", default, x));
        Assert.False(Configured.Add("device", ContextValue.Of("desktop"), x));
        Assert.All(x, component => Assert.Equal(0, component));
    }

    [Fact]
    public void Configured_features_have_a_component_each_in_their_order()
    {
        Assert.Equal(11, Configured.Dimension);
        var x = Fill(Configured, new FoldRun(), new() { ["device"] = ContextValue.Of("phone"), ["member"] = ContextValue.Of(true), ["temperature"] = ContextValue.Of(.1), ["else"] = ContextValue.Of("x") });
        Assert.Equal([1, 1, (float).1], x[8..]);
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

    private static double[] Fill(FeatureLayout layout, FoldRun run, Dictionary<string, ContextValue> context, long at = FoldRun.Noon)
    {
        var x = new double[layout.Dimension];
        layout.Fill(new Engine.Decisions.Eligibility.EligibilityContext(run.Profile, at, context, run.Settings), context, x);
        return x;
    }
}
