using System.Globalization;
using System.Text.Json;

namespace Personalization.Gateway.Hosting;

/// <summary>Says where JSON breaks, as an editor counts: lines and bytes from 1.</summary>
internal static class JsonFaults
{
    /// <summary>The parser's message and the place.</summary>
    public static string Describe(JsonException fault)
    {
        // The parser appends its own zero-based place; ours replaces it.
        var message = fault.Message;
        var place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (place > 0) message = message[..place];
        place = message.IndexOf(" Path:", StringComparison.Ordinal);
        if (place > 0) message = message[..place];
        return string.Create(CultureInfo.InvariantCulture, $"{message} Line {(fault.LineNumber ?? 0) + 1}, position {(fault.BytePositionInLine ?? 0) + 1}.");
    }
}
