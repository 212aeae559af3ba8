using System.Net;
using Personalization.Configuration;

namespace Personalization.Gateway.Security;

/// <summary>Without keys the engine is open to whoever reaches it, so it is bound to this machine only.</summary>
public static class LoopbackGuard
{
    /// <summary>
    /// The addresses that a host with this configuration would bind although no key is configured, as sentences that say why that is refused;
    /// empty if all is well. Call it before the host is built. Looks at <c>urls</c>, <c>http_ports</c>, <c>https_ports</c> and <c>Kestrel:Endpoints:*:Url</c>.
    /// </summary>
    public static IReadOnlyList<string> Check(IConfiguration configuration, PersonalizationOptions options)
    {
        if (options.Keys.Any) return [];
        var urls = Split(configuration["urls"]);
        // Ports without an address bind everywhere, but only where no urls are given.
        if (urls.Count == 0) urls = [.. Split(configuration["http_ports"]).Select(port => $"http://*:{port}"), .. Split(configuration["https_ports"]).Select(port => $"https://*:{port}")];
        urls.AddRange(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>());
        return [.. urls.Where(url => !IsLoopback(url)).Select(url =>
            $"{url} can be reached from other machines, and without keys everybody there could read and write all customers. "
            + "Set Personalization:Keys:Ingest, Read and Admin, or bind http://localhost:8080.")];
    }

    private static List<string> Split(string? list) => [.. (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static bool IsLoopback(string url)
    {
        var host = BindingAddress.Parse(url);
        return host.IsUnixPipe || host.IsNamedPipe || host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);
    }
}
