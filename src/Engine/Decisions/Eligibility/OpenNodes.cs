using System.Globalization;
using System.Text.Json;
using Personalization.Decisions;
using Personalization.Engine.Features;

namespace Personalization.Engine.Decisions.Eligibility;

internal sealed class ContextNode(string name) : OpenNode
{
    public override bool IsNull(in EligibilityContext context) => context.ValueOf(name).IsNull;

    public override double Number(in EligibilityContext context) => context.ValueOf(name) is { Kind: ContextValueKind.Number } value ? value.Number : double.NaN;

    public override bool? Flag(in EligibilityContext context) => context.ValueOf(name) is { Kind: ContextValueKind.Flag } value ? value.IsTrue : null;

    public override bool TryText(in EligibilityContext context, out ReadOnlySpan<char> text)
    {
        var value = context.ValueOf(name).Text;
        text = value;
        return value is not null;
    }
}

/// <summary>A trait is kept as the JSON text that it was set with. What it is for is the tenant's to say, so it is read for <see cref="FeaturePurpose.Operation"/>.</summary>
internal sealed class TraitNode(string name) : OpenNode
{
    public override bool IsNull(in EligibilityContext context) => TraitIn(context) is null or "null";

    public override double Number(in EligibilityContext context) =>
        TraitIn(context) is { Length: > 0 } json && json[0] is '-' or (>= '0' and <= '9')
        && double.TryParse(TraitIn(context), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : double.NaN;

    public override bool? Flag(in EligibilityContext context) => TraitIn(context) switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    };

    public override bool TryText(in EligibilityContext context, out ReadOnlySpan<char> text)
    {
        text = default;
        if (TraitIn(context) is not { Length: >= 2 } json || json[0] != '"') return false;
        text = json.AsSpan(1, json.Length - 2);
        if (text.Contains('\\')) text = Unescaped(json);
        return true;
    }

    private string? TraitIn(in EligibilityContext context) => EligibilityContext.Seen(context, FeaturePurpose.Operation).TraitOf(name);

    private static string Unescaped(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, EligibilityJson.Default.String) ?? "";
        }
        catch (JsonException)
        {
            return ""; // a lone surrogate written as an escape is no text
        }
    }
}
