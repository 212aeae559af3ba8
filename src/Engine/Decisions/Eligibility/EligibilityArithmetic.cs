namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>The types of sums and products.</summary>
internal static class EligibilityArithmetic
{
    /// <summary>
    /// number ± number, duration ± duration, time ± duration, time − time; number × or ÷ or % number, duration × or ÷ number, number × duration,
    /// duration ÷ duration. A number with a unit takes a duration as a number of that unit.
    /// </summary>
    public static Bound Bind(BinarySyntax syntax, Bound left, Bound right)
    {
        if (left.Open is not null) left = left.As(ValueKind.Number)!;
        if (right.Open is not null) right = right.As(ValueKind.Number)!;
        var symbol = syntax.Operator;
        if (symbol is BinaryOperator.Add or BinaryOperator.Subtract) (left, right) = (left.InUnit(right.UnitMs), right.InUnit(left.UnitMs));
        var kind = KindOf(symbol, left.Kind, right.Kind)
            ?? throw right.Fault($"{Word(symbol)} is not possible with {left.Name} on the left and {right.Name} on the right");
        return new Bound(syntax, kind)
        {
            Number = new Arithmetic(symbol, left.Number!, right.Number!),
            UnitMs = kind == ValueKind.Number ? UnitOf(symbol, left, right) : 0,
        };
    }

    private static ValueKind? KindOf(BinaryOperator symbol, ValueKind left, ValueKind right) => (symbol, left, right) switch
    {
        (_, ValueKind.Number, ValueKind.Number) => ValueKind.Number,
        (BinaryOperator.Add or BinaryOperator.Subtract, ValueKind.Duration, ValueKind.Duration) => ValueKind.Duration,
        (BinaryOperator.Add or BinaryOperator.Subtract, ValueKind.Time, ValueKind.Duration) => ValueKind.Time,
        (BinaryOperator.Add, ValueKind.Duration, ValueKind.Time) => ValueKind.Time,
        (BinaryOperator.Subtract, ValueKind.Time, ValueKind.Time) => ValueKind.Duration,
        (BinaryOperator.Multiply or BinaryOperator.Divide, ValueKind.Duration, ValueKind.Number) => ValueKind.Duration,
        (BinaryOperator.Multiply, ValueKind.Number, ValueKind.Duration) => ValueKind.Duration,
        (BinaryOperator.Divide, ValueKind.Duration, ValueKind.Duration) => ValueKind.Number,
        _ => null,
    };

    // Days plus days are days, and so are twice as many; days by days are a plain number.
    private static double UnitOf(BinaryOperator symbol, Bound left, Bound right) => symbol switch
    {
        BinaryOperator.Multiply => left.UnitMs == 0 ? right.UnitMs : right.UnitMs == 0 ? left.UnitMs : 0,
        BinaryOperator.Divide => right.UnitMs == 0 ? left.UnitMs : 0,
        _ => left.UnitMs == right.UnitMs || right.UnitMs == 0 ? left.UnitMs : left.UnitMs == 0 ? right.UnitMs : 0,
    };

    private static string Word(BinaryOperator symbol) => symbol switch
    {
        BinaryOperator.Add => "'+'",
        BinaryOperator.Subtract => "'-'",
        BinaryOperator.Multiply => "'*'",
        BinaryOperator.Divide => "'/'",
        _ => "'%'",
    };
}
