using System.Globalization;

namespace Personalization.Decisions;

/// <summary>What a value of a request's context is.</summary>
public enum ContextValueKind : byte
{
    /// <summary>A text.</summary>
    Text = 0,

    /// <summary>A finite number.</summary>
    Number = 1,

    /// <summary>True or false.</summary>
    Flag = 2,
}

/// <summary>A value of a request's context: a text, a number or a flag. The default is null: nothing is known.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text; null unless it is one.</param>
/// <param name="Number">The number; 1 or 0 for a flag.</param>
[GenerateSerializer, Immutable, Alias("personalization.ContextValue")]
public readonly record struct ContextValue([property: Id(0)] ContextValueKind Kind, [property: Id(1)] string? Text, [property: Id(2)] double Number)
{
    /// <summary>A text; null stays null.</summary>
    public static ContextValue Of(string? text) => new(ContextValueKind.Text, text, 0);

    /// <summary>A number; one that is not finite is null.</summary>
    public static ContextValue Of(double number) => double.IsFinite(number) ? new(ContextValueKind.Number, null, number) : default;

    /// <summary>A flag.</summary>
    public static ContextValue Of(bool flag) => new(ContextValueKind.Flag, null, flag ? 1 : 0);

    /// <summary>Whether nothing is known.</summary>
    public bool IsNull => Kind == ContextValueKind.Text && Text is null;

    /// <summary>Whether it is the flag true.</summary>
    public bool IsTrue => Kind == ContextValueKind.Flag && Number != 0;

    /// <inheritdoc />
    public override string ToString() => Kind switch
    {
        ContextValueKind.Text => Text ?? "",
        ContextValueKind.Flag => IsTrue ? "true" : "false",
        _ => Number.ToString("R", CultureInfo.InvariantCulture),
    };
}
