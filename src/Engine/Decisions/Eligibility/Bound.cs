namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>A part of an expression whose type is known, with the node that computes it.</summary>
internal sealed record Bound(Syntax Syntax, ValueKind Kind)
{
    /// <summary>Computes a number, a duration or a time.</summary>
    public NumberNode? Number { get; init; }

    /// <summary>Computes a truth value.</summary>
    public FlagNode? Flag { get; init; }

    /// <summary>Computes a text.</summary>
    public TextNode? Text { get; init; }

    /// <summary>Computes what is not known yet.</summary>
    public OpenNode? Open { get; init; }

    /// <summary>Milliseconds of a number's unit; 0 = it is a plain number.</summary>
    public double UnitMs { get; init; }

    /// <summary>What it is, in words.</summary>
    public string Name => Kind switch
    {
        ValueKind.Number => "a number",
        ValueKind.Duration => "a duration",
        ValueKind.Time => "a time",
        ValueKind.Text => "a text",
        ValueKind.Flag => "true or false",
        ValueKind.Open => "a trait or a context value",
        _ => "null",
    };

    /// <summary>Makes a fault at this part.</summary>
    public EligibilityParseException Fault(string message) => new(Syntax.Offset, message);

    /// <summary>This part as a type: itself, or a trait or context value that is to be that type; null where it cannot be.</summary>
    public Bound? As(ValueKind kind)
    {
        if (Kind == kind) return this;
        if (Open is null) return null;
        return kind switch
        {
            ValueKind.Number => this with { Kind = kind, Open = null, Number = new OpenNumber(Open) },
            ValueKind.Text => this with { Kind = kind, Open = null, Text = new OpenText(Open) },
            ValueKind.Flag => this with { Kind = kind, Open = null, Flag = new OpenFlag(Open) },
            _ => null,
        };
    }

    /// <summary>A duration as a number of some unit, so that <c>daysSinceLastSeen &gt; 12h</c> is what it says; anything else as it is.</summary>
    public Bound InUnit(double unitMs) => Kind != ValueKind.Duration || unitMs == 0
        ? this
        : this with
        {
            Kind = ValueKind.Number,
            UnitMs = unitMs,
            Number = Number is NumberConstant constant ? new NumberConstant(constant.Value / unitMs) : new Arithmetic(BinaryOperator.Divide, Number!, new NumberConstant(unitMs)),
        };
}
