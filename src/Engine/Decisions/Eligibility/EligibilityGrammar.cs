using System.Globalization;
using System.Text;
using Parlot;
using Parlot.Fluent;
using static Parlot.Fluent.Parsers;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>
/// The grammar, loosest first: <c>or</c>, <c>and</c>, <c>not</c>, one comparison or <c>in</c>, sums, products, sign. Every alternative is chosen by
/// its first token and never taken back, so a text is read once.
/// </summary>
internal static class EligibilityGrammar
{
    private const string EndExpected = "'and', 'or', an operator or the end is expected";
    private const string ValueExpected = "a value is expected: a number, a text, a name, a call or '('";
    private static readonly string[] Keywords = ["and", "or", "not", "in", "true", "false", "null"];
    private static readonly Parser<Syntax> Whole = Build();

    /// <summary>Reads a text.</summary>
    /// <exception cref="EligibilityParseException">It is not in the language.</exception>
    public static Syntax Parse(string text)
    {
        // A parenthesis, a call and a list each are one recursion.
        var context = new ParseContext(new Scanner(text), EligibilityExpression.MaxDepth + 1, useNewLines: false, disableLoopDetection: false, CancellationToken.None);
        if (Whole.TryParse(context, out var syntax, out var error)) return syntax;
        throw Told(text, error);
    }

    private static EligibilityParseException Told(string text, ParseError? error)
    {
        var offset = Math.Clamp(error?.Position.Offset ?? 0, 0, text.Length);
        // Every fault but ours is Parlot's refusal to go deeper, told behind the parenthesis.
        if (error?.Message is not { } expected || !expected.Contains(" is expected", StringComparison.Ordinal))
            return new EligibilityParseException(Math.Max(offset - 1, 0), $"at most {EligibilityExpression.MaxDepth} levels of parentheses are allowed");
        while (offset < text.Length && char.IsWhiteSpace(text[offset])) offset++;
        return new EligibilityParseException(offset, offset == text.Length ? $"{expected}, but the text ends" : $"{expected}, but found {Found(text, offset)}");
    }

    private static string Found(string text, int offset)
    {
        var rest = text.AsSpan(offset);
        var hint = rest switch
        {
            _ when rest.StartsWith("==", StringComparison.Ordinal) => "; equality is written =",
            _ when rest.StartsWith("<>", StringComparison.Ordinal) => "; inequality is written !=",
            _ when rest.StartsWith("&&", StringComparison.Ordinal) => "; write 'and'",
            _ when rest.StartsWith("||", StringComparison.Ordinal) => "; write 'or'",
            _ when rest[0] == '!' && !rest.StartsWith("!=", StringComparison.Ordinal) => "; write 'not'",
            _ => "",
        };
        var length = Math.Max(ScanName(rest), 1);
        if (char.IsHighSurrogate(rest[0]) && rest.Length > 1) length = 2;
        if (hint.Length > 0 && rest.Length > 1 && rest[0] == rest[1] | rest[1] == '>') length = 2;
        return $"'{rest[..length]}'{hint}";
    }

    private static Parser<Syntax> Build()
    {
        var expression = Deferred<Syntax>();
        var open = Symbol("(");
        var close = Symbol(")").ElseError("')' is expected");
        var some = expression.ElseError(ValueExpected);
        var list = some.And(ZeroOrMany(Symbol(",").SkipAnd(some))).Then<IReadOnlyList<Syntax>>(items => [items.Item1, .. items.Item2]);
        var none = Symbol(")").Then<IReadOnlyList<Syntax>>(_ => []);
        var arguments = open.SkipAnd(none.Or(list.AndSkip(close)));

        var number = Terms.Scan(ScanNumber).Then<Syntax>(NumberOf);
        var text = Terms.Scan(ScanText).Then<Syntax>(TextOf);
        var name = Terms.Scan(static span => ScanName(span) is var length && !Keywords.Contains(span[..length].ToString()) ? length : 0)
            .And(arguments.Then<IReadOnlyList<Syntax>?>(some => some).Else((IReadOnlyList<Syntax>?)null))
            .Then<Syntax>(call => call.Item2 is { } given ? new CallSyntax(call.Item1.Offset, call.Item1.ToString(), given) : new NameSyntax(call.Item1.Offset, call.Item1.ToString()));
        var constant = Keyword("true").Then<Syntax>(word => new FlagSyntax(word.Offset, true))
            .Or(Keyword("false").Then<Syntax>(word => new FlagSyntax(word.Offset, false)))
            .Or(Keyword("null").Then<Syntax>(word => new NullSyntax(word.Offset)));
        var group = open.SkipAnd(some).AndSkip(close);
        var primary = number.Or(text).Or(constant).Or(name).Or(group);

        var signed = ZeroOrMany(Symbol("-")).And(primary).Then<Syntax>(static value =>
        {
            var operand = value.Item2;
            for (var i = value.Item1.Count - 1; i >= 0; i--) operand = new MinusSyntax(value.Item1[i].Offset, operand);
            return operand;
        });
        var product = Chain(signed, "*", "/", "%");
        var sum = Chain(product, "+", "-");

        var comparison = Terms.Scan(ScanComparison).And(sum.ElseError(ValueExpected))
            .Then<Func<Syntax, Syntax>>(static right => left => new BinarySyntax(left.Offset, OperatorOf(right.Item1.Span), left, right.Item2));
        var members = open.ElseError("'(' is expected").SkipAnd(list).AndSkip(close);
        var isIn = Keyword("in").SkipAnd(members).Then<Func<Syntax, Syntax>>(static set => value => new InSyntax(value.Offset, value, set, false));
        var isNotIn = Keyword("not").SkipAnd(Keyword("in")).SkipAnd(members).Then<Func<Syntax, Syntax>>(static set => value => new InSyntax(value.Offset, value, set, true));
        var test = sum.And(comparison.Or(isIn).Or(isNotIn).Else(static value => value)).Then(static parts => parts.Item2(parts.Item1));

        var negated = ZeroOrMany(Keyword("not")).And(test).Then<Syntax>(static value =>
        {
            var operand = value.Item2;
            for (var i = value.Item1.Count - 1; i >= 0; i--) operand = new NotSyntax(value.Item1[i].Offset, operand);
            return operand;
        });
        var all = Chain(negated, "and");
        var any = Chain(all, "or");
        expression.Parser = any;
        return some.AndSkip(ZeroOrMany(Literals.WhiteSpace())).AndSkip(Always(true).Eof().ElseError(EndExpected));
    }

    /// <summary>Operands with left-associative operators of one level between them.</summary>
    private static Parser<Syntax> Chain(Parser<Syntax> operand, params string[] operators)
    {
        var one = char.IsLetter(operators[0][0]) ? Keyword(operators[0]) : Terms.Scan(span => span.Length > 0 && operators.Contains(span[..1].ToString()) ? 1 : 0);
        return operand.And(ZeroOrMany(one.And(operand.ElseError(ValueExpected)))).Then(static parts =>
        {
            var left = parts.Item1;
            foreach (var (symbol, right) in parts.Item2) left = new BinarySyntax(left.Offset, OperatorOf(symbol.Span), left, right);
            return left;
        });
    }

    private static Parser<TextSpan> Symbol(string symbol) => Terms.Scan(span => span.StartsWith(symbol, StringComparison.Ordinal) ? symbol.Length : 0);

    private static Parser<TextSpan> Keyword(string word) => Terms.Scan(span => span[..ScanName(span)].SequenceEqual(word) ? word.Length : 0);

    private static BinaryOperator OperatorOf(ReadOnlySpan<char> symbol) => symbol switch
    {
        "or" => BinaryOperator.Or,
        "and" => BinaryOperator.And,
        "=" => BinaryOperator.Equal,
        "!=" => BinaryOperator.NotEqual,
        "<" => BinaryOperator.Less,
        "<=" => BinaryOperator.LessOrEqual,
        ">" => BinaryOperator.Greater,
        ">=" => BinaryOperator.GreaterOrEqual,
        "+" => BinaryOperator.Add,
        "-" => BinaryOperator.Subtract,
        "*" => BinaryOperator.Multiply,
        "/" => BinaryOperator.Divide,
        _ => BinaryOperator.Remainder,
    };

    private static int ScanComparison(ReadOnlySpan<char> span) => span switch
    {
        ['=', '=', ..] or ['<', '>', ..] => 0, // other languages' words; the fault says ours
        ['<' or '>' or '!', '=', ..] => 2,
        ['<' or '>' or '=', ..] => 1,
        _ => 0,
    };

    private static int ScanName(ReadOnlySpan<char> span)
    {
        if (span.Length == 0 || !(char.IsAsciiLetter(span[0]) || span[0] == '_')) return 0;
        var length = 1;
        while (length < span.Length && (char.IsAsciiLetterOrDigit(span[length]) || span[length] is '_' or '.')) length++;
        return length;
    }

    // A unit and whatever else touches the number belongs to it, so that 30days is one mistake and not two.
    private static int ScanNumber(ReadOnlySpan<char> span)
    {
        if (span.Length == 0 || !char.IsAsciiDigit(span[0])) return 0;
        var length = 1;
        while (length < span.Length && (char.IsAsciiLetterOrDigit(span[length]) || span[length] is '_' or '.')) length++;
        return length;
    }

    // One that does not end is taken to the end of the text; TextOf says so.
    private static int ScanText(ReadOnlySpan<char> span)
    {
        if (span.Length == 0 || span[0] is not ('"' or '\'')) return 0;
        for (var i = 1; i < span.Length; i++)
        {
            if (span[i] == span[0]) return i + 1;
            if (span[i] == '\\') i++;
        }

        return span.Length;
    }

    private static NumberSyntax NumberOf(TextSpan token)
    {
        var text = token.Span;
        if (Durations.TryParse(text, out var milliseconds)) return new NumberSyntax(token.Offset, milliseconds, true);
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) return new NumberSyntax(token.Offset, number, false);
        throw new EligibilityParseException(token.Offset, $"'{text}' is no number and no duration; durations are a number and w, d, h, m or s, such as 30d");
    }

    private static TextSyntax TextOf(TextSpan token)
    {
        var text = token.Span;
        var value = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == text[0]) return new TextSyntax(token.Offset, value.ToString());
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                if (text[++i] is not ('\\' or '"' or '\'')) throw new EligibilityParseException(token.Offset + i - 1, @"a backslash in a text must stand before \, "" or '");
            }

            value.Append(text[i]);
        }

        throw new EligibilityParseException(token.Offset, $"the text has no closing {text[0]}");
    }
}
