using System.Text.Json;

namespace Personalization.Gateway.Json;

/// <summary>How bodies are read: one token after the other, of any depth. What is kept of them has a bound (<see cref="FreeJson"/>); what is ignored harms nobody.</summary>
/// <remarks>A reader that gave up at a depth would refuse a whole batch for one member of one event in it.</remarks>
internal static class JsonBody
{
    /// <summary>Deeper than any body is long, so that the reader never gives up.</summary>
    private const int AnyDepth = 1 << 30;

    /// <summary>Reads bytes.</summary>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> json) => new(json, new JsonReaderOptions { MaxDepth = AnyDepth });
}
