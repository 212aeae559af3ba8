namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>What stands in a text, before its types are known. Offsets are counted from 0.</summary>
internal abstract record Syntax(int Offset);

/// <summary>A number, or with a unit a duration in milliseconds.</summary>
internal sealed record NumberSyntax(int Offset, double Value, bool IsDuration) : Syntax(Offset);

internal sealed record TextSyntax(int Offset, string Value) : Syntax(Offset);

internal sealed record FlagSyntax(int Offset, bool Value) : Syntax(Offset);

internal sealed record NullSyntax(int Offset) : Syntax(Offset);

internal sealed record NameSyntax(int Offset, string Name) : Syntax(Offset);

internal sealed record CallSyntax(int Offset, string Name, IReadOnlyList<Syntax> Arguments) : Syntax(Offset);

internal sealed record NotSyntax(int Offset, Syntax Operand) : Syntax(Offset);

internal sealed record MinusSyntax(int Offset, Syntax Operand) : Syntax(Offset);

internal sealed record BinarySyntax(int Offset, BinaryOperator Operator, Syntax Left, Syntax Right) : Syntax(Offset);

internal sealed record InSyntax(int Offset, Syntax Value, IReadOnlyList<Syntax> List, bool Negated) : Syntax(Offset);

internal enum BinaryOperator
{
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}
