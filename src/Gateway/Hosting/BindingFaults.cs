using System.Text.RegularExpressions;

namespace Personalization.Gateway.Hosting;

/// <summary>Says in the contract's words what the framework says in types of .NET: <c>Failed to bind parameter "Nullable&lt;int&gt; n" from "abc".</c></summary>
internal static partial class BindingFaults
{
    /// <summary>What is wrong with a parameter of the query or the path; null if the fault is another.</summary>
    public static string? Describe(BadHttpRequestException fault)
    {
        if (Missing().Match(fault.Message) is { Success: true } missing) return $"{missing.Groups["name"].Value} is needed";
        var match = Pattern().Match(fault.Message);
        if (!match.Success) return null;
        var type = match.Groups["type"].Value;
        var rule = type.Contains("bool", StringComparison.Ordinal) ? "true or false" : "a whole number";
        var value = match.Groups["value"].Value;
        return value.Length == 0 ? $"{match.Groups["name"].Value} must be {rule}, but is empty" : $"{match.Groups["name"].Value} must be {rule}, but is '{Texts.Shorten(value)}'";
    }

    [GeneratedRegex("^Required parameter \"[^\"]* (?<name>\\w+)\" was not provided", RegexOptions.ExplicitCapture)]
    private static partial Regex Missing();

    [GeneratedRegex("^Failed to bind parameter \"(?<type>[^\"]*) (?<name>\\w+)\" from \"(?<value>.*)\"\\.$", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
