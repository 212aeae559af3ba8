using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>
/// Says who may have an action: a text such as <c>orders &gt;= 2 and not recentlyPurchased("sku-1")</c>, compiled once and evaluated over profiles.
/// Its names and types are checked when it is parsed; evaluating cannot fail. The language is described in docs/decisions.md.
/// </summary>
public sealed class EligibilityExpression
{
    /// <summary>Characters of a text, at most.</summary>
    public const int MaxLength = 2048;

    /// <summary>Levels of parentheses, at most.</summary>
    public const int MaxDepth = 32;

    /// <summary>Values, operators and calls of a text, at most.</summary>
    public const int MaxParts = 256;

    private readonly FlagNode _root;

    private EligibilityExpression(string text, FlagNode root)
    {
        Text = text;
        _root = root;
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>Compiles a text. Its cost is linear in the text's length; it never throws, whatever the text is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scope">What it is compiled for.</param>
    /// <param name="expression">The expression, or null.</param>
    /// <param name="fault">What is wrong with the text, or null.</param>
    public static bool TryParse(string text, EligibilityScope scope, [NotNullWhen(true)] out EligibilityExpression? expression, [NotNullWhen(false)] out EligibilityFault? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(scope);
        expression = null;
        fault = null;
        if (text.Length > MaxLength)
        {
            fault = new EligibilityFault(MaxLength + 1, string.Create(CultureInfo.InvariantCulture, $"at most {MaxLength:N0} characters are allowed"));
            return false;
        }

        try
        {
            expression = new EligibilityExpression(text, new EligibilityBinder(scope).Bind(EligibilityGrammar.Parse(text)));
            return true;
        }
        catch (EligibilityParseException wrong)
        {
            fault = new EligibilityFault(wrong.Offset + 1, wrong.Message);
            return false;
        }
    }

    /// <summary>Whether it holds. Null counts as false. Allocates nothing, but for traits whose texts hold escapes.</summary>
    public bool IsTrue(in EligibilityContext context) => _root.Evaluate(context) == true;

    /// <inheritdoc />
    public override string ToString() => Text;
}
