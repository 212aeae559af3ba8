using Personalization.Engine.Decisions.Eligibility;

namespace Personalization.Engine.Tests.Decisions.Eligibility;

/// <summary>A text that cannot be is refused when it is parsed, and told where and why.</summary>
public sealed class EligibilityFaultTests
{
    [Theory]
    [InlineData("", 1, "a value is expected: a number, a text, a name, a call or '(', but the text ends")]
    [InlineData("orders >", 9, "a value is expected: a number, a text, a name, a call or '(', but the text ends")]
    [InlineData("orders > > 1", 10, "a value is expected: a number, a text, a name, a call or '(', but found '>'")]
    [InlineData("orders > 1 and", 15, "a value is expected: a number, a text, a name, a call or '(', but the text ends")]
    [InlineData("orders 1", 8, "'and', 'or', an operator or the end is expected, but found '1'")]
    [InlineData("(orders > 1", 12, "')' is expected, but the text ends")]
    [InlineData("orders > 1)", 11, "'and', 'or', an operator or the end is expected, but found ')'")]
    [InlineData("1 < 2 < 3", 7, "'and', 'or', an operator or the end is expected, but found '<'")]
    [InlineData("orders == 1", 8, "'and', 'or', an operator or the end is expected, but found '=='; equality is written =")]
    [InlineData("orders <> 1", 8, "'and', 'or', an operator or the end is expected, but found '<>'; inequality is written !=")]
    [InlineData("true && true", 6, "'and', 'or', an operator or the end is expected, but found '&&'; write 'and'")]
    [InlineData("!true", 1, "a value is expected: a number, a text, a name, a call or '(', but found '!'; write 'not'")]
    [InlineData("orders in 1", 11, "'(' is expected, but found '1'")]
    [InlineData("orders in ()", 12, "a value is expected: a number, a text, a name, a call or '(', but found ')'")]
    [InlineData("min(1", 6, "')' is expected, but the text ends")]
    [InlineData("trait('plan) = 1", 7, "the text has no closing '")]
    [InlineData(@"trait('a\n') = 1", 9, @"a backslash in a text must stand before \, "" or '")]
    [InlineData("daysSinceLastSeen > 30days", 21, "'30days' is no number and no duration; durations are a number and w, d, h, m or s, such as 30d")]
    [InlineData("orders > 1.2.3", 10, "'1.2.3' is no number and no duration; durations are a number and w, d, h, m or s, such as 30d")]
    [InlineData("  ordres > 1", 3, "there is no 'ordres'; did you mean 'orders'?")]
    [InlineData("true and frequency > 1", 10, "there is no 'frequency'; did you mean 'purchases.frequency'?")]
    [InlineData("Revenue > 1", 1, "there is no 'Revenue'; did you mean 'revenue'?")]
    [InlineData("zzzzzzzzz > 1", 1, "there is no 'zzzzzzzzz'")]
    [InlineData("consnt('a')", 1, "there is no function 'consnt'; did you mean 'consent'?")]
    [InlineData("consent", 1, "'consent' is a function: consent(\"marketing\")")]
    [InlineData("orders() > 1", 1, "'orders' takes no parentheses")]
    [InlineData("consent('a', 'b')", 1, "'consent' takes 1 arguments and not 2: consent(\"marketing\")")]
    [InlineData("consent(orders)", 9, "the purpose must be written out as a text, such as consent(\"marketing\")")]
    [InlineData("affinity('catgory', 'a') > 1", 10, "there is no table of affinities 'catgory'; did you mean 'category'?; the tables are category, brand, channel, priceBand, hourOfDay, dayOfWeek")]
    [InlineData("affinity('dayOfWeek', 'munday') > 1", 23, "there is no 'munday'; did you mean 'monday'?; there are monday, tuesday, wednesday, thursday, friday, saturday, sunday")]
    [InlineData("count('purchas') > 1", 7, "there is no type of event 'purchas'; did you mean 'purchase'?")]
    [InlineData("at > time('2026-03-01')", 11, "the time must be an ISO 8601 time with an offset, such as 2026-03-01T00:00:00Z")]
    [InlineData("orders", 1, "the expression must be true or false, but is a number")]
    [InlineData("true and 'a'", 10, "what follows 'and' must be true or false, but is a text")]
    [InlineData("1 or true", 1, "what stands before 'or' must be true or false, but is a number")]
    [InlineData("not 3", 5, "what follows 'not' must be true or false, but is a number")]
    [InlineData("orders = 'a'", 10, "a number cannot be compared with a text")]
    [InlineData("orders > 30d", 10, "a number cannot be compared with a duration")]
    [InlineData("lastSeenAt > 30d", 14, "a time cannot be compared with a duration; write at - time for how long ago a time is")]
    [InlineData("trait('a') > 30d", 14, "a trait or a context value cannot be compared with a duration")]
    [InlineData("trait('a') = context('b')", 14, "the types of both sides are not known before they are there; compare each of them with a number, a text, or true or false")]
    [InlineData("session.active > true", 1, "true and false can only be compared by = and !=")]
    [InlineData("orders > null", 10, "null can only be compared by = and !=")]
    [InlineData("null = null", 8, "both sides are null")]
    [InlineData("orders + 'a' = 1", 10, "'+' is not possible with a number on the left and a text on the right")]
    [InlineData("at + at = at", 6, "'+' is not possible with a time on the left and a time on the right")]
    [InlineData("-'a' = 1", 2, "what follows '-' must be a number or a duration, but is a text")]
    [InlineData("orders in (1, 'a')", 15, "the list holds a number and a text")]
    [InlineData("orders in ('a')", 12, "a number cannot be found among values that are each a text")]
    [InlineData("orders in (revenue)", 12, "a list holds only numbers, texts, durations, times, true, false and null")]
    [InlineData("ifNull(orders, 'a') = 1", 16, "what stands instead of a number cannot be a text")]
    [InlineData("min(orders, 'a') = 1", 13, "'min' takes two numbers, two durations or two times, not a number and a text")]
    [InlineData("startsWith(orders, 'a')", 12, "'startsWith' takes texts, but this is a number")]
    public void A_fault_names_the_column_and_the_cure(string text, int column, string message)
    {
        var fault = Shopper.Fault(text);
        Assert.Equal((column, message), (fault.Column, fault.Message));
    }

    [Fact]
    public void Length_depth_and_parts_are_bounded()
    {
        Assert.Equal(new EligibilityFault(2049, "at most 2,048 characters are allowed"), Shopper.Fault(new string(' ', 2049)));
        Assert.True(EligibilityExpression.TryParse($"{new string('(', 32)}true{new string(')', 32)}", Shopper.Scope, out _, out var none), none?.ToString());
        Assert.Equal(new EligibilityFault(33, "at most 32 levels of parentheses are allowed"), Shopper.Fault($"{new string('(', 33)}true{new string(')', 33)}"));
        Assert.EndsWith("at most 256 values, operators and calls are allowed", Shopper.Fault(string.Join("+", Enumerable.Repeat("1", 400)) + "=1").Message, StringComparison.Ordinal);
        Assert.EndsWith("at most 256 values, operators and calls are allowed", Shopper.Fault(string.Concat(Enumerable.Repeat("not ", 400)) + "true").Message, StringComparison.Ordinal);
    }
}
