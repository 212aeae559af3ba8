using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Writes events as <c>POST /v1/events</c> takes them. One instance serves one file: it reuses its buffers.</summary>
internal sealed class EventJson : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private readonly Utf8JsonWriter _writer;

    public EventJson() => _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>Begins an event.</summary>
    public void Begin(string eventId, string type, DateTimeOffset timestamp)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteString("eventId"u8, eventId);
        _writer.WriteString("type"u8, type);
        Span<char> time = stackalloc char[24];
        timestamp.UtcDateTime.TryFormat(time, out _, "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        _writer.WriteString("timestamp"u8, time);
    }

    /// <summary>Adds a text; an empty one is left out.</summary>
    public void Text(ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
    {
        if (!value.IsEmpty) _writer.WriteString(name, value);
    }

    /// <summary>Adds money.</summary>
    public void Money(ReadOnlySpan<byte> name, decimal value) => _writer.WriteNumber(name, value);

    /// <summary>Ends the event and hands over its bytes.</summary>
    public ReadOnlyMemory<byte> End()
    {
        _writer.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    /// <summary>An object with its event id put first; the other members as they are.</summary>
    public ReadOnlyMemory<byte> WithEventId(JsonElement value, string eventId)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteString("eventId"u8, eventId);
        foreach (var member in value.EnumerateObject())
        {
            if (!member.NameEquals("eventId"u8)) member.WriteTo(_writer);
        }

        return End();
    }

    public void Dispose() => _writer.Dispose();
}
