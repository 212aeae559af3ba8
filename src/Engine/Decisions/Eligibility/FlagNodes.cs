using Personalization.Engine.Features;

namespace Personalization.Engine.Decisions.Eligibility;

internal sealed class FlagConstant(bool value) : FlagNode
{
    public bool Value => value;

    public override bool? Evaluate(in EligibilityContext context) => value;
}

internal sealed class FlagColumn(FeaturePurpose purpose, FlagRead read) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) => read(EligibilityContext.Seen(context, purpose));
}

internal sealed class OpenFlag(OpenNode node) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) => node.Flag(context);
}

internal sealed class FlagOrElse(FlagNode node, FlagNode instead) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) => node.Evaluate(context) ?? instead.Evaluate(context);
}

/// <summary>Null counts as false, so the opposite of null is true.</summary>
internal sealed class Not(FlagNode node) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) => node.Evaluate(context) != true;
}

internal sealed class All(FlagNode[] nodes) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context)
    {
        foreach (var node in nodes)
        {
            if (node.Evaluate(context) != true) return false;
        }

        return true;
    }
}

internal sealed class Any(FlagNode[] nodes) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context)
    {
        foreach (var node in nodes)
        {
            if (node.Evaluate(context) == true) return true;
        }

        return false;
    }
}

internal sealed class NumberIsNull(NumberNode node) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) => double.IsNaN(node.Evaluate(context));
}

internal sealed class TextIsNull(TextNode node) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) => !node.TryEvaluate(context, out _);
}

internal sealed class FlagIsNull(FlagNode node) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) => node.Evaluate(context) is null;
}

internal sealed class OpenIsNull(OpenNode node) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) => node.IsNull(context);
}

/// <summary>Null equals null; every ordering with null is false, which is what the machine says of NaN.</summary>
internal sealed class NumberComparison(BinaryOperator symbol, NumberNode left, NumberNode right) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context)
    {
        var (a, b) = (left.Evaluate(context), right.Evaluate(context));
        return symbol switch
        {
            BinaryOperator.Equal => a.Equals(b), // unlike ==, NaN equals NaN
            BinaryOperator.NotEqual => !a.Equals(b),
            BinaryOperator.Less => a < b,
            BinaryOperator.LessOrEqual => a <= b,
            BinaryOperator.Greater => a > b,
            _ => a >= b,
        };
    }
}

/// <summary>Texts compare by their UTF-16 units, upper case before lower.</summary>
internal sealed class TextComparison(BinaryOperator symbol, TextNode left, TextNode right) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context)
    {
        var hasLeft = left.TryEvaluate(context, out var a);
        var hasRight = right.TryEvaluate(context, out var b);
        if (!hasLeft || !hasRight)
        {
            return symbol switch
            {
                BinaryOperator.Equal => hasLeft == hasRight,
                BinaryOperator.NotEqual => hasLeft != hasRight,
                _ => false,
            };
        }

        if (symbol is BinaryOperator.Equal or BinaryOperator.NotEqual) return a.SequenceEqual(b) == (symbol == BinaryOperator.Equal);
        var order = a.SequenceCompareTo(b);
        return symbol switch
        {
            BinaryOperator.Less => order < 0,
            BinaryOperator.LessOrEqual => order <= 0,
            BinaryOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }
}

internal sealed class FlagComparison(bool isEqual, FlagNode left, FlagNode right) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) => (left.Evaluate(context) == right.Evaluate(context)) == isEqual;
}

internal sealed class NumberIn(NumberNode value, double[] list, bool hasNull) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) =>
        value.Evaluate(context) is var number && double.IsNaN(number) ? hasNull : Array.IndexOf(list, number) >= 0;
}

internal sealed class TextIn(TextNode value, string[] list, bool hasNull) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context)
    {
        if (!value.TryEvaluate(context, out var text)) return hasNull;
        foreach (var member in list)
        {
            if (text.SequenceEqual(member)) return true;
        }

        return false;
    }
}

/// <summary>Whether a text begins with, ends with or holds another; false where either is null.</summary>
internal sealed class TextSearch(TextPlace place, TextNode text, TextNode part) : FlagNode
{
    public override bool? Evaluate(in EligibilityContext context) =>
        text.TryEvaluate(context, out var whole) && part.TryEvaluate(context, out var sought) && place switch
        {
            TextPlace.Start => whole.StartsWith(sought, StringComparison.Ordinal),
            TextPlace.End => whole.EndsWith(sought, StringComparison.Ordinal),
            _ => whole.Contains(sought, StringComparison.Ordinal),
        };
}

internal enum TextPlace
{
    Start,
    End,
    Anywhere,
}
