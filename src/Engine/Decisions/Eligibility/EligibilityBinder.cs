using System.Globalization;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>Finds what the names of a text mean, checks its types, and makes the nodes that compute it.</summary>
internal sealed class EligibilityBinder(EligibilityScope scope)
{
    private int _parts;

    /// <summary>What is compiled for.</summary>
    public EligibilityScope Scope => scope;

    /// <summary>Makes the node of a whole text.</summary>
    /// <exception cref="EligibilityParseException">A name or a type is wrong.</exception>
    public FlagNode Bind(Syntax syntax) => Condition(syntax, "the expression");

    /// <summary>Binds one part.</summary>
    public Bound Value(Syntax syntax)
    {
        if (++_parts > EligibilityExpression.MaxParts)
            throw new EligibilityParseException(syntax.Offset, string.Create(CultureInfo.InvariantCulture, $"at most {EligibilityExpression.MaxParts} values, operators and calls are allowed"));
        return syntax switch
        {
            NumberSyntax { IsDuration: true } duration => new Bound(syntax, ValueKind.Duration) { Number = new NumberConstant(duration.Value) },
            NumberSyntax number => new Bound(syntax, ValueKind.Number) { Number = new NumberConstant(number.Value) },
            TextSyntax text => new Bound(syntax, ValueKind.Text) { Text = new TextConstant(text.Value) },
            FlagSyntax flag => new Bound(syntax, ValueKind.Flag) { Flag = new FlagConstant(flag.Value) },
            NullSyntax => new Bound(syntax, ValueKind.Null),
            NameSyntax name => Column(name),
            CallSyntax call => EligibilityFunctions.Bind(call, this),
            NotSyntax not => new Bound(syntax, ValueKind.Flag) { Flag = new Not(Condition(not.Operand, "what follows 'not'")) },
            MinusSyntax minus => Minus(minus),
            InSyntax set => new Bound(syntax, ValueKind.Flag) { Flag = In(set) },
            BinarySyntax { Operator: BinaryOperator.And or BinaryOperator.Or } joined => new Bound(syntax, ValueKind.Flag) { Flag = Joined(joined) },
            BinarySyntax { Operator: >= BinaryOperator.Add } sum => EligibilityArithmetic.Bind(sum, Value(sum.Left), Value(sum.Right)),
            BinarySyntax comparison => new Bound(syntax, ValueKind.Flag) { Flag = Compared(comparison, Value(comparison.Left), Value(comparison.Right)) },
            _ => throw new InvalidOperationException($"unknown syntax {syntax.GetType().Name}"),
        };
    }

    private FlagNode Condition(Syntax syntax, string what)
    {
        var bound = Value(syntax);
        return bound.As(ValueKind.Flag)?.Flag ?? throw bound.Fault($"{what} must be true or false, but is {bound.Name}");
    }

    private static Bound Column(NameSyntax name)
    {
        if (EligibilityColumns.Find(name.Name) is { } column)
            return new Bound(name, column.Kind) { Number = column.Number, Flag = column.Flag, Text = column.Text, UnitMs = column.UnitMs };
        if (EligibilityFunctions.Find(name.Name) is { } function) throw new EligibilityParseException(name.Offset, $"'{name.Name}' is a function: {function.Signature}");
        throw new EligibilityParseException(name.Offset, $"there is no '{Short(name.Name)}'{NearestName.Hint(name.Name, EligibilityColumns.All.Select(some => some.Name))}");
    }

    private Bound Minus(MinusSyntax minus)
    {
        var operand = Value(minus.Operand);
        if (operand.Kind is not (ValueKind.Number or ValueKind.Duration) && operand.As(ValueKind.Number) is null)
            throw operand.Fault($"what follows '-' must be a number or a duration, but is {operand.Name}");
        operand = operand.Kind == ValueKind.Duration ? operand : operand.As(ValueKind.Number)!;
        return operand with
        {
            Syntax = minus,
            Number = operand.Number is NumberConstant constant ? new NumberConstant(-constant.Value) : new Arithmetic(BinaryOperator.Subtract, new NumberConstant(0), operand.Number!),
        };
    }

    private FlagNode Joined(BinarySyntax joined)
    {
        // A chain of one operator leans to the left: it becomes one node with many operands.
        var operands = new List<FlagNode>();
        Syntax rest = joined;
        while (rest is BinarySyntax link && link.Operator == joined.Operator)
        {
            operands.Add(Condition(link.Right, $"what follows '{Word(joined.Operator)}'"));
            rest = link.Left;
        }

        operands.Add(Condition(rest, $"what stands before '{Word(joined.Operator)}'"));
        operands.Reverse();
        return joined.Operator == BinaryOperator.And ? new All([.. operands]) : new Any([.. operands]);
    }

    private static FlagNode Compared(BinarySyntax comparison, Bound left, Bound right)
    {
        var symbol = comparison.Operator;
        var isEquality = symbol is BinaryOperator.Equal or BinaryOperator.NotEqual;
        if (left.Kind == ValueKind.Null || right.Kind == ValueKind.Null)
        {
            if (!isEquality) throw (left.Kind == ValueKind.Null ? left : right).Fault("null can only be compared by = and !=");
            var other = left.Kind == ValueKind.Null ? right : left;
            if (other.Kind == ValueKind.Null) throw right.Fault("both sides are null");
            return symbol == BinaryOperator.Equal ? IsNull(other) : new Not(IsNull(other));
        }

        if (left.Open is not null && right.Open is not null)
            throw right.Fault("the types of both sides are not known before they are there; compare each of them with a number, a text, or true or false");
        (left, right) = (left.InUnit(right.UnitMs), right.InUnit(left.UnitMs));
        var (a, b) = (left.As(right.Kind), right.As(left.Kind));
        if (left.Open is null) a = left;
        else b = right;
        if (a is null || b is null || a.Kind != b.Kind) throw right.Fault($"{left.Name} cannot be compared with {right.Name}{DurationHint(left, right)}");
        if (a.Kind == ValueKind.Flag && !isEquality) throw left.Fault("true and false can only be compared by = and !=");
        return a.Kind switch
        {
            ValueKind.Text => new TextComparison(symbol, a.Text!, b.Text!),
            ValueKind.Flag => new FlagComparison(symbol == BinaryOperator.Equal, a.Flag!, b.Flag!),
            _ => new NumberComparison(symbol, a.Number!, b.Number!),
        };
    }

    private static FlagNode IsNull(Bound value) =>
        value.Open is { } open ? new OpenIsNull(open) : value.Text is { } text ? new TextIsNull(text) : value.Flag is { } flag ? new FlagIsNull(flag) : new NumberIsNull(value.Number!);

    private FlagNode In(InSyntax set)
    {
        var value = Value(set.Value);
        var members = set.List.Select(Value).ToList();
        var hasNull = members.RemoveAll(member => member.Kind == ValueKind.Null) > 0;
        if (members.Find(member => member.Number is not (null or NumberConstant) || member.Text is not (null or TextConstant) || member.Flag is not (null or FlagConstant) || member.Open is not null) is { } computed)
            throw computed.Fault("a list holds only numbers, texts, durations, times, true, false and null");
        if (value.Kind is ValueKind.Null) throw value.Fault("null can only be compared by = and !=");
        if (value.Kind is ValueKind.Flag || members.Exists(member => member.Kind == ValueKind.Flag)) throw value.Fault("'in' looks for numbers, texts, durations and times; true and false are compared by = and !=");
        members = members.ConvertAll(member => member.InUnit(value.UnitMs));
        var kind = members.Count > 0 ? members[0].Kind : value.Open is null ? value.Kind : ValueKind.Text;
        if (members.Find(member => member.Kind != kind) is { } other) throw other.Fault($"the list holds {members[0].Name} and {other.Name}");
        if (value.As(kind) is not { } sought) throw members[0].Fault($"{value.Name} cannot be found among values that are each {members[0].Name}{DurationHint(value, members[0])}");
        FlagNode found = kind == ValueKind.Text
            ? new TextIn(sought.Text!, [.. members.Select(member => ((TextConstant)member.Text!).Value)], hasNull)
            : new NumberIn(sought.Number!, [.. members.Select(member => ((NumberConstant)member.Number!).Value)], hasNull);
        return set.Negated ? new Not(found) : found;
    }

    /// <summary>What to write where a duration met a plain number.</summary>
    internal static string DurationHint(Bound left, Bound right) =>
        (left.Kind, right.Kind) is (ValueKind.Time, ValueKind.Duration) or (ValueKind.Duration, ValueKind.Time) ? "; write at - time for how long ago a time is" : "";

    internal static string Short(string name) => name.Length <= 64 ? name : name[..64] + "…";

    private static string Word(BinaryOperator symbol) => symbol == BinaryOperator.And ? "and" : "or";
}
