using Personalization.Configuration;
using Personalization.Engine.Decisions.Eligibility;

namespace Personalization.Silo.Commands;

/// <summary>
/// Checks what is given to <c>serve</c> besides its own options: settings as <c>--Section:Name=value</c> or <c>--Section:Name value</c>. The host takes any name and reads those that it
/// knows, so that a slip of the finger would start an engine with defaults.
/// </summary>
internal static class ServeArguments
{
    private static readonly string[] Sections = [Names.ConfigurationSection, "Logging", "Kestrel", "Orleans", "ConnectionStrings"];
    private static readonly string[] HostSettings = ["urls", "environment", "contentRoot", "applicationName", "http_ports", "https_ports", "preferHostingUrls", "shutdownTimeoutSeconds", "AllowedHosts"];

    /// <summary>One sentence for each argument that is no setting, and the settings as <c>--name=value</c>.</summary>
    /// <param name="arguments">What the command line did not understand.</param>
    /// <param name="commands">The commands there are.</param>
    /// <param name="options">The options of <c>serve</c>.</param>
    public static (List<string> Faults, List<string> Settings) Read(IReadOnlyList<string> arguments, IReadOnlyCollection<string> commands, IReadOnlyCollection<string> options)
    {
        var (faults, settings) = (new List<string>(), new List<string>());
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (!argument.StartsWith('-') && equals < 0)
            {
                faults.Add($"'{argument}' is no command{Hint(argument, commands)}");
                continue;
            }

            var value = equals >= 0 ? argument[(equals + 1)..] : i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal) ? arguments[++i] : null;
            var name = (equals < 0 ? argument : argument[..equals]).TrimStart('-');
            if (Fault(argument, name, options) is { } fault) faults.Add(fault);
            else if (value is null) faults.Add($"{argument} has no value");
            else settings.Add($"--{name}={value}");
        }

        return (faults, settings);
    }

    private static string? Fault(string argument, string name, IReadOnlyCollection<string> options)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            var section = name[..colon];
            return Sections.Contains(section, StringComparer.OrdinalIgnoreCase) ? null
                : $"--{name} is read by nothing{(NearestName.Of(section, Sections) is { } near ? $"; did you mean --{near}{name[colon..]}?" : $"; settings begin with {string.Join(", ", Sections)}")}";
        }

        if (HostSettings.Contains(name, StringComparer.OrdinalIgnoreCase) && (argument.StartsWith("--", StringComparison.Ordinal) || !argument.StartsWith('-'))) return null;
        return $"{(argument.StartsWith('-') ? argument.Split('=')[0] : name)} is no option{Hint("--" + name, [.. options, .. HostSettings.Select(setting => "--" + setting)])}";
    }

    private static string Hint(string name, IEnumerable<string> known) => NearestName.Of(name, known) is { } nearest ? $"; did you mean {nearest}?" : $"; there are {string.Join(", ", known)}";
}
