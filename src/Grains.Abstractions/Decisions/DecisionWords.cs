using System.Globalization;

namespace Personalization.Decisions;

/// <summary>Says in words what a choice's factors are. Records hold the numbers: words are made where somebody reads them.</summary>
public static class DecisionWords
{
    /// <summary>The coefficient of the constant: what the action brings whoever asks.</summary>
    public const string BaseRate = "base rate";

    /// <summary>All factors that are not told one by one.</summary>
    public const string Other = "other";

    /// <summary>What the customer's own answers add to the shared model's score.</summary>
    public const string Own = "own";

    /// <summary>Before the name of a value of the request's context.</summary>
    public const string ContextPrefix = "context.";

    internal static DecisionReason[] Of(DecisionChoice choice)
    {
        var reasons = new DecisionReason[choice.Factors.Length + 1];
        reasons[0] = new DecisionReason("experience", 0, choice.Tried == 0
            ? "nobody was offered it here yet"
            : string.Create(CultureInfo.InvariantCulture, $"chosen {choice.Tried} times here before; {choice.Resolved} of them are resolved"));
        for (var i = 0; i < choice.Factors.Length; i++)
        {
            var (name, contribution) = choice.Factors[i];
            reasons[i + 1] = new DecisionReason(name, contribution, $"{Subject(name)} {(contribution > 0 ? "raises" : "lowers")} the score by {Amount(contribution)}");
        }

        return reasons;
    }

    private static string Subject(string name) => name switch
    {
        Other => "everything else",
        Own => "what this customer answered before",
        _ => name,
    };

    private static string Amount(double contribution) => Math.Abs(contribution).ToString("0.####", CultureInfo.InvariantCulture);
}
