using Personalization.Engine.Features;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>Computes a number, a duration (milliseconds) or a time (milliseconds since 1970-01-01 UTC). NaN is null.</summary>
internal abstract class NumberNode
{
    public abstract double Evaluate(in EligibilityContext context);
}

/// <summary>Computes a truth value; null is null.</summary>
internal abstract class FlagNode
{
    public abstract bool? Evaluate(in EligibilityContext context);
}

/// <summary>Computes a text; false is null.</summary>
internal abstract class TextNode
{
    public abstract bool TryEvaluate(in EligibilityContext context, out ReadOnlySpan<char> text);
}

/// <summary>A value whose type is only known when it is there: a trait, or a value of the request's context. It is what its neighbour wants it to be, else null.</summary>
internal abstract class OpenNode
{
    public abstract bool IsNull(in EligibilityContext context);

    public abstract double Number(in EligibilityContext context);

    public abstract bool? Flag(in EligibilityContext context);

    public abstract bool TryText(in EligibilityContext context, out ReadOnlySpan<char> text);
}

internal delegate double NumberRead(in EligibilityContext context);

internal delegate bool? FlagRead(in EligibilityContext context);

internal delegate ReadOnlySpan<char> TextRead(in EligibilityContext context);

internal sealed class NumberConstant(double value) : NumberNode
{
    public double Value => value;

    public override double Evaluate(in EligibilityContext context) => value;
}

internal sealed class NumberColumn(FeaturePurpose purpose, NumberRead read) : NumberNode
{
    public override double Evaluate(in EligibilityContext context) => read(EligibilityContext.Seen(context, purpose));
}

internal sealed class OpenNumber(OpenNode node) : NumberNode
{
    public override double Evaluate(in EligibilityContext context) => node.Number(context);
}

internal sealed class Arithmetic(BinaryOperator symbol, NumberNode left, NumberNode right) : NumberNode
{
    public override double Evaluate(in EligibilityContext context)
    {
        var (a, b) = (left.Evaluate(context), right.Evaluate(context));
        var value = symbol switch
        {
            BinaryOperator.Add => a + b,
            BinaryOperator.Subtract => a - b,
            BinaryOperator.Multiply => a * b,
            BinaryOperator.Divide => a / b,
            _ => a % b,
        };
        return double.IsFinite(value) ? value : double.NaN;
    }
}

internal sealed class NumberOrElse(NumberNode node, NumberNode instead) : NumberNode
{
    public override double Evaluate(in EligibilityContext context) => node.Evaluate(context) is var value && double.IsNaN(value) ? instead.Evaluate(context) : value;
}

internal sealed class Extreme(bool largest, NumberNode left, NumberNode right) : NumberNode
{
    // Both hand on a NaN.
    public override double Evaluate(in EligibilityContext context) =>
        largest ? Math.Max(left.Evaluate(context), right.Evaluate(context)) : Math.Min(left.Evaluate(context), right.Evaluate(context));
}

internal sealed class TextConstant(string value) : TextNode
{
    public string Value => value;

    public override bool TryEvaluate(in EligibilityContext context, out ReadOnlySpan<char> text)
    {
        text = value;
        return true;
    }
}

internal sealed class TextColumn(FeaturePurpose purpose, TextRead read) : TextNode
{
    public override bool TryEvaluate(in EligibilityContext context, out ReadOnlySpan<char> text)
    {
        text = read(EligibilityContext.Seen(context, purpose));
        return true;
    }
}

internal sealed class OpenText(OpenNode node) : TextNode
{
    public override bool TryEvaluate(in EligibilityContext context, out ReadOnlySpan<char> text) => node.TryText(context, out text);
}

internal sealed class TextOrElse(TextNode node, TextNode instead) : TextNode
{
    public override bool TryEvaluate(in EligibilityContext context, out ReadOnlySpan<char> text) => node.TryEvaluate(context, out text) || instead.TryEvaluate(context, out text);
}
