using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Tests.Profiles;

namespace Personalization.Engine.Tests.Decisions.Eligibility;

/// <summary>What expressions say of a customer of whom much is known, and of one of whom nothing is.</summary>
public sealed class EligibilityExpressionTests
{
    private static readonly FoldRun Regular = Shopper.Regular();
    private static readonly FoldRun Stranger = new();

    [Theory]
    [InlineData("orders >= 2 and revenue > 70", true)]
    [InlineData("revenue = 70.1", true)]
    [InlineData("totals.byType.productViewed = 1 and totals.views = 1", true)]
    [InlineData("daysSinceLastPurchase > 10", true)]
    [InlineData("daysSinceLastPurchase > 30d", false)]
    [InlineData("daysSinceLastPurchase < 2w and daysSinceLastPurchase > 240h", true)]
    [InlineData("daysSinceLastPurchase - 1d < 10", true)]
    [InlineData("2 * daysSinceLastPurchase >= 20d", true)]
    [InlineData("at - lastSeenAt = 2h", true)]
    [InlineData("at - 2h = lastSeenAt", true)]
    [InlineData("session.lengthSeconds >= 10m", true)]
    [InlineData("session.lengthSeconds > 600", false)]
    [InlineData("session.active", false)]
    [InlineData("session.cartValue >= 50 and session.cartItems = 1", true)]
    [InlineData("purchases.frequency = 1 and purchases.recencyWeeks = 3", true)]
    [InlineData("purchases.recencyWeeks = 21d", true)]
    [InlineData("purchases.meanInterPurchaseDays = 21", true)]
    [InlineData("purchases.stdDevInterPurchaseDays = null", true)]
    [InlineData("messages.openRate = 0.5 and messages.subscribed", true)]
    [InlineData("activity.1h > 0.4 and activity.30d > 3", true)]
    [InlineData("hourOfDay = 14 and dayOfWeek = 'wednesday'", true)]
    [InlineData("dayOfWeek in ('saturday', 'sunday')", false)]
    [InlineData("at >= time('2023-11-15T15:00:00+01:00') and at < time('2023-11-15T14:00:01Z')", true)]
    [InlineData("consent('marketing')", true)]
    [InlineData("consent('profiling') or consent('never asked')", false)]
    [InlineData("trait('plan') = 'gold'", true)]
    [InlineData("trait('plan') in ('silver', 'gold')", true)]
    [InlineData("trait('plan') not in ('silver', 'gold')", false)]
    [InlineData("trait('points') > 120 and trait('points') * 2 = 241", true)]
    [InlineData("trait('vip')", true)]
    [InlineData("trait('vip') = false", false)]
    [InlineData("trait('city') = 'Köln'", true)]
    [InlineData("startsWith(trait('city'), 'K') and endsWith(trait('city'), 'öln') and contains(trait('city'), 'öl')", true)]
    [InlineData("trait('plan') > 1", false)]
    [InlineData("trait('points') = 'gold'", false)]
    [InlineData("trait('tags') = 'x' or trait('tags') = 1 or trait('tags')", false)]
    [InlineData("trait('tags') != null", true)]
    [InlineData("context('device') = 'phone' and context('page') <= 3 and context('member')", true)]
    [InlineData("context('nothing') = null and context('absent') = null", true)]
    [InlineData("affinity('category', 'shoes') > 3", true)]
    [InlineData("affinityShare('category', 'shoes') + affinityShare('category', 'socks') + affinityShare('category', 'boots') > 0.999999", true)]
    [InlineData("affinityShare('brand', 'Fleet') = 1 and affinity('brand', 'Other') = 0", true)]
    [InlineData("affinity('hourOfDay', '12') > 1 and affinity('priceBand', '64-128') > 0", true)]
    [InlineData("count('custom:quiz') = 1 and count('messageReceived') = 2", true)]
    [InlineData("recentlyPurchased('boot') and not recentlyPurchased('trail')", true)]
    [InlineData("daysSinceItem('trail') = 2h", true)]
    [InlineData("daysSinceItem('unseen') = null", true)]
    [InlineData("customerId = 'c1'", true)]
    [InlineData("ifNull(trait('absent'), 5) = 5 and ifNull(trait('plan'), 'none') = 'gold'", true)]
    [InlineData("min(orders, 1) = 1 and max(orders, 1) = 2 and max(1d, 30h) = 30h", true)]
    [InlineData("7 % 4 = 3 and 1 + 2 * 3 = 7 and (1 + 2) * 3 = 9 and 10 - 3 - 2 = 5 and --1 = 1 and 8 / 4 / 2 = 1", true)]
    [InlineData("false or true and false", false)]
    [InlineData("not false and not not true", true)]
    public void Of_a_regular_customer(string text, bool expected) => Assert.Equal(expected, Shopper.Holds(text, Regular));

    /// <summary>Null equals null alone, orders with nothing, and counts as false; so a text is always true or false, and 'not' turns it over.</summary>
    [Theory]
    [InlineData("orders = 0 and revenue = 0 and totals.events = 0", true)]
    [InlineData("daysSinceLastPurchase > 30", false)]
    [InlineData("daysSinceLastPurchase <= 30", false)]
    [InlineData("not daysSinceLastPurchase <= 30", true)]
    [InlineData("daysSinceLastPurchase = null", true)]
    [InlineData("null != daysSinceLastPurchase", false)]
    [InlineData("daysSinceLastPurchase != 3", true)]
    [InlineData("daysSinceLastPurchase = daysSinceLastSeen", true)]
    [InlineData("daysSinceLastPurchase + 1 = null", true)]
    [InlineData("1 / 0 = null and 0 / 0 = null and 1 % 0 = null", true)]
    [InlineData("ifNull(daysSinceLastPurchase, 999) > 30d", true)]
    [InlineData("max(daysSinceLastPurchase, 1) = null", true)]
    [InlineData("session.active or session.ordinal > 0", false)]
    [InlineData("session.ordinal = null and lastSeenAt = null and messages.openRate = null", true)]
    [InlineData("messages.subscribed or not messages.subscribed", true)]
    [InlineData("messages.subscribed = null and messages.subscribed != false", true)]
    [InlineData("trait('plan') != 'gold'", true)]
    [InlineData("trait('plan') < 'gold'", false)]
    [InlineData("trait('plan') in ('gold', null)", true)]
    [InlineData("trait('plan') not in ('gold')", true)]
    [InlineData("trait('plan') in (null)", true)]
    [InlineData("daysSinceLastSeen in (1, null)", true)]
    [InlineData("startsWith(trait('plan'), '')", false)]
    [InlineData("affinity('category', 'shoes') = 0 and affinityShare('dayOfWeek', 'monday') = 0", true)]
    [InlineData("purchases.ageWeeks = 0 and purchases.frequency = 0", true)]
    public void Of_a_stranger_null_is_a_value_of_its_own(string text, bool expected) => Assert.Equal(expected, Shopper.Holds(text, Stranger));

    [Fact]
    public void Before_the_newest_event_everything_is_evaluated_at_that_event() =>
        Assert.True(Shopper.Holds("daysSinceLastSeen = 0 and session.active and daysSinceItem('trail') = 0", Regular, FoldRun.Noon - FoldRun.Day));

    [Fact]
    public void Evaluating_allocates_nothing()
    {
        const string text = "orders >= 2 and revenue > 70 and trait('plan') in ('silver', 'gold') and trait('points') > 1 and context('device') = 'phone' "
            + "and affinityShare('category', 'shoes') > 0.1 and consent('marketing') and daysSinceItem('trail') < 1d and activity.7d > 0 and dayOfWeek != 'sunday' "
            + "and startsWith(customerId, 'c') and hourOfDay > 1 and at - lastSeenAt < 30d";
        Assert.True(EligibilityExpression.TryParse(text, Shopper.Scope, out var expression, out _));
        var context = Shopper.On(Regular);
        for (var i = 0; i < 100; i++) Assert.True(expression.IsTrue(context));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var held = 0;
        for (var i = 0; i < 1000; i++)
        {
            var again = Shopper.On(Regular);
            if (expression.IsTrue(again)) held++;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000, held);
    }
}
