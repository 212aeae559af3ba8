using Microsoft.AspNetCore.Server.Kestrel.Core;
using Personalization.Configuration;

namespace Personalization.Gateway.Hosting;

/// <summary>What the server itself refuses, before any of our code runs.</summary>
internal static class KestrelLimits
{
    /// <summary>Slow senders lose their connection; a header has to come whole within this time.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Sets the bounds. The body's bound is that of what travels; the one after decompression is <see cref="RequestBody"/>'s.</summary>
    public static void Apply(KestrelServerOptions server, LimitOptions limits)
    {
        server.AddServerHeader = false;
        server.Limits.MaxRequestBodySize = limits.RequestBytes;
        server.Limits.RequestHeadersTimeout = HeadersTimeout;
    }
}
