using System.Diagnostics;
using System.Text;
using CsCheck;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Tests.Profiles;
using Personalization.TestKit;

namespace Personalization.Engine.Tests.Decisions.Eligibility;

/// <summary>What holds of every expression: laws of logic, agreement with C# arithmetic, and a parser that nothing throws off.</summary>
public sealed class EligibilityPropertyTests
{
    private static readonly FoldRun Regular = Shopper.Regular();
    private static readonly FoldRun Stranger = new();

    private static readonly Gen<string> Condition = Gen.OneOf(
        "orders >= 2", "daysSinceLastPurchase > 30", "session.active", "messages.subscribed", "trait('vip')", "trait('plan') = 'gold'", "context('page') < 3",
        "consent('marketing')", "daysSinceLastSeen = null", "affinity('category', 'shoes') > 0", "true", "false", "customerId in ('c1', null)");

    private static readonly Gen<string> Expression = Gen.Recursive<string>((depth, inner) => depth > 4
        ? Condition
        : Gen.Frequency(
            (3, Condition),
            (1, inner.Select(one => $"not ({one})")),
            (2, Gen.Select(inner, Gen.OneOf("and", "or"), inner, (left, symbol, right) => $"({left}) {symbol} ({right})"))));

    [Fact]
    public void Expressions_obey_the_laws_of_logic() => Gen.Select(Expression, Expression).Sample((a, b) =>
    {
        foreach (var run in new[] { Regular, Stranger })
        {
            var (isA, isB) = (Shopper.Holds(a, run), Shopper.Holds(b, run));
            Assert.Equal(!isA, Shopper.Holds($"not ({a})", run));
            Assert.Equal(isA && isB, Shopper.Holds($"({a}) and ({b})", run));
            Assert.Equal(isA || isB, Shopper.Holds($"({a}) or ({b})", run));
            Assert.Equal(!(isA && isB), Shopper.Holds($"not ({a}) or not ({b})", run));
        }
    }, iter: 300);

    private static readonly Gen<(string Text, double Value)> Sum = Gen.Recursive<(string Text, double Value)>((depth, inner) => depth > 4
        ? Gen.Int[0, 99].Select(number => (number.ToString(System.Globalization.CultureInfo.InvariantCulture), (double)number))
        : Gen.Frequency(
            (2, Gen.Int[0, 99].Select(number => (number.ToString(System.Globalization.CultureInfo.InvariantCulture), (double)number))),
            (1, inner.Select(one => ($"-({one.Text})", -one.Value))),
            (3, Gen.Select(inner, Gen.OneOf('+', '-', '*', '/', '%'), inner, (left, symbol, right) => ($"({left.Text}) {symbol} ({right.Text})", Apply(symbol, left.Value, right.Value))))));

    [Fact]
    public void Arithmetic_is_that_of_doubles_and_what_is_not_finite_is_null() => Sum.Where(sum => sum.Text.Length < 900).Sample(sum =>
    {
        var value = double.IsFinite(sum.Value) ? sum.Value.ToString("F20", System.Globalization.CultureInfo.InvariantCulture).TrimStart('-') : "null";
        if (double.IsFinite(sum.Value) && (Math.Abs(sum.Value) > 1e15 || (sum.Value != 0 && Math.Abs(sum.Value) < 1e-3))) return;
        var sign = double.IsFinite(sum.Value) && sum.Value < 0 ? "-" : "";
        Assert.True(double.IsFinite(sum.Value) ? Near(sum.Text, sign + value) : Shopper.Holds($"{sum.Text} = null", Stranger), $"{sum.Text} is not {sign}{value}");
    }, iter: 500);

    [Fact]
    public void Precedence_needs_no_parentheses() => Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 9]).Sample((a, b, c, d) =>
        Assert.True(Shopper.Holds($"{a} + {b} * {c} - {d} = {a + (b * c) - d} and {a} - {b} - {c} = {a - b - c} and not {a} > {b} or {a} > {b}", Stranger)
            == (!(a > b) || a > b)), iter: 200);

    [Fact]
    public void A_text_is_the_text_that_was_written() => Gen.String[0, 20].Sample(text =>
    {
        var written = new StringBuilder("'");
        foreach (var c in text) written.Append(c is '\\' or '\'' ? "\\" : "").Append(c);
        written.Append('\'');
        Assert.True(Shopper.Holds($"ifNull(trait('absent'), {written}) = {written} and {written} in ({written}, 'x')", Stranger));
        Assert.Equal(text == "gold", Shopper.Holds($"trait('plan') = {written}", Regular));
    }, iter: 500);

    /// <summary>Random pieces of the language in random order: most are wrong, each wrong one has a column inside the text, and none takes long or throws.</summary>
    [Fact]
    public void No_text_throws_the_parser_off() => Gen.OneOf(
            Gen.OneOf(
                "and", "or", "not", "in", "(", ")", ",", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "null", "true", "false", "1", "2.5", "30d", "12h", "9z", "1..2", "'a'", "\"b\\\"\"", "'",
                "orders", "revenue", "session.active", "at", "lastSeenAt", "customerId", "trait", "consent('x')", "trait('x')", "context(\"y\")", "affinity('category','z')", "min(", "ifNull(", "time('2026-01-01T00:00:00Z')",
                "foo", "foo.bar(", "==", "&&", "!", "\\", "\0", "\ud83d", "é", "\n", "\t", "𝛑"),
            Gen.String[0, 6])
        .Array[0, 60].Sample(pieces => Check(string.Join(' ', pieces), joined: string.Concat(pieces)), iter: 5000);

    [Fact]
    [Trait(Timed.Trait, Timed.Alone)]
    public void The_worst_texts_take_no_longer_than_others()
    {
        string[] worst =
        [
            new('(', 2048), new('-', 2048), new('\'', 2048), new('a', 2048), new('9', 2048), new('.', 2048), string.Concat(Enumerable.Repeat("not ", 512)), string.Concat(Enumerable.Repeat("((1)+", 400)),
            string.Concat(Enumerable.Repeat("min(1,", 300)), string.Concat(Enumerable.Repeat("a(", 1000)), string.Concat(Enumerable.Repeat("1<", 1000)), string.Concat(Enumerable.Repeat("true and ", 220)) + "true",
            $"orders in ({string.Join(',', Enumerable.Repeat("1", 1000))})", string.Concat(Enumerable.Repeat("x.y ", 500)), string.Concat(Enumerable.Repeat("(((((((1)))))))*", 120)) + "1",
        ];
        foreach (var text in worst)
        {
            // The fastest of five: the machine has other things to do.
            var fastest = Enumerable.Range(0, 5).Min(_ =>
            {
                var start = Stopwatch.GetTimestamp();
                EligibilityExpression.TryParse(text, Shopper.Scope, out var _, out var _);
                return Stopwatch.GetElapsedTime(start);
            });
            Assert.True(fastest < TimeSpan.FromMilliseconds(100), $"{text[..10]}… took {fastest.TotalMilliseconds} ms");
        }
    }

    private static void Check(string spaced, string joined)
    {
        foreach (var text in new[] { spaced, joined })
        {
            if (EligibilityExpression.TryParse(text, Shopper.Scope, out var expression, out var fault))
            {
                expression.IsTrue(Shopper.On(Regular));
                expression.IsTrue(Shopper.On(Stranger));
            }
            else
            {
                Assert.InRange(fault.Column, 1, text.Length + 1);
                Assert.NotEmpty(fault.Message);
                Assert.True(fault.Message.Length < 400, fault.Message);
            }
        }
    }

    private static bool Near(string text, string value) => Shopper.Holds($"{text} >= {value} - 0.000001 and {text} <= {value} + 0.000001", Stranger) || Shopper.Holds($"({text}) / ({value}) > 0.999999 and ({text}) / ({value}) < 1.000001", Stranger);

    private static double Apply(char symbol, double left, double right)
    {
        var value = symbol switch
        {
            '+' => left + right,
            '-' => left - right,
            '*' => left * right,
            '/' => left / right,
            _ => left % right,
        };
        return double.IsFinite(value) ? value : double.NaN;
    }
}
