using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Personalization.Engine.Decisions.Actions;

namespace Personalization.Gateway.OpenApi;

/// <summary>
/// References of summaries to code come as <c>int ActionRules.MaxCapLimit</c>; callers are told the value of a constant, and of a member
/// the name that it has in JSON.
/// </summary>
internal static partial class ContractWords
{
    /// <summary>The text as callers should read it.</summary>
    public static string? Of(string? text) => text is null ? null : Reference().Replace(text, match => match.Groups["member"].Value is var member && member == nameof(ActionRules.MaxCapLimit)
        ? ActionRules.MaxCapLimit.ToString(CultureInfo.InvariantCulture)
        : JsonNamingPolicy.CamelCase.ConvertName(member));

    [GeneratedRegex(@"\b(int|long|double|decimal|bool|string)\?? [A-Z]\w+\.(?<member>[A-Z]\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
