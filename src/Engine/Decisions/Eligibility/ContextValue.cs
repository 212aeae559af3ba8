namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>A value of a request's context: a text, a number or a truth value. The default is null.</summary>
public readonly record struct ContextValue
{
    private readonly byte _kind; // 0 = null, 1 = text, 2 = number, 3 = truth value

    private ContextValue(byte kind, string? text, double number)
    {
        _kind = kind;
        Text = text;
        NumberValue = number;
    }

    /// <summary>The text; null if it is none.</summary>
    public string? Text { get; }

    /// <summary>The number; null if it is none.</summary>
    public double? Number => _kind == 2 ? NumberValue : null;

    /// <summary>The truth value; null if it is none.</summary>
    public bool? Flag => _kind == 3 ? NumberValue != 0 : null;

    /// <summary>Whether it is null.</summary>
    public bool IsNull => _kind == 0;

    private double NumberValue { get; }

    /// <summary>A text; null stays null.</summary>
    public static ContextValue Of(string? text) => text is null ? default : new ContextValue(1, text, 0);

    /// <summary>A number; one that is not finite is null.</summary>
    public static ContextValue Of(double number) => double.IsFinite(number) ? new ContextValue(2, null, number) : default;

    /// <summary>A truth value.</summary>
    public static ContextValue Of(bool flag) => new(3, null, flag ? 1 : 0);
}
