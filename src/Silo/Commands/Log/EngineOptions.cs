using System.CommandLine;
using System.Net.Http.Headers;

namespace Personalization.Silo.Commands.Log;

/// <summary>Where a running engine is, and the key to show it: the options of every command that talks to one.</summary>
internal sealed class EngineOptions
{
    public const string DefaultUrl = "http://localhost:8080";
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    public Option<Uri> Url { get; } = new("--url")
    {
        Description = "The engine's address.",
        HelpName = "address",
        Recursive = true,
        DefaultValueFactory = _ => new Uri(DefaultUrl),
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)) return url;
            result.AddError($"--url must be an address such as {DefaultUrl}, but is '{text}'");
            return null;
        },
    };

    public Option<string?> Key { get; } = new("--key") { Description = "The key to show the engine, if it asks for one.", HelpName = "key", Recursive = true };

    /// <summary>A client with the engine's address and key.</summary>
    public HttpClient Connect(ParseResult arguments, int connections = 1)
    {
        var url = arguments.GetValue(Url)!.AbsoluteUri;
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections + 1, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = new Uri(url.EndsWith('/') ? url : url + "/"),
            Timeout = RequestTimeout,
        };
        if (arguments.GetValue(Key) is { Length: > 0 } key) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }
}
