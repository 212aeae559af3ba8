using System.Reflection;
using Personalization.Configuration;

namespace Personalization.Silo.Hosting;

/// <summary>What a user needs when the engine has started: which version, where it listens, what to open, where the data are.</summary>
internal static class StartBanner
{
    /// <summary>The version that this program was built as.</summary>
    public static string Version { get; } = (typeof(StartBanner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    /// <summary>The text.</summary>
    /// <param name="urls">Where it listens.</param>
    /// <param name="options">The settings.</param>
    public static string Text(IEnumerable<string> urls, PersonalizationOptions options)
    {
        string[] addresses = [.. urls.Select(url => url.TrimEnd('/'))];
        var first = addresses.FirstOrDefault() ?? "";
        var pages = string.Join("  ", ((string[])["/demo", "/docs", "/dashboard"]).Select(page => first + page));
        var data = options.Storage switch
        {
            StorageKind.Embedded => $"data in {Path.GetFullPath(options.DataDirectory)}",
            StorageKind.Redis => "data in Redis",
            _ => "data in memory: gone when it stops",
        };
        return $"Personalization {Version} on {string.Join(", ", addresses)}; {data}{Environment.NewLine}{pages}{Environment.NewLine}";
    }
}
