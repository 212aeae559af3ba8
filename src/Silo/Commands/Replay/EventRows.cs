using System.Text.Json;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Lines of our own events, see <see cref="ReplayFormat.Events"/>. An event keeps its own id; one without gets <c>file:line</c>.</summary>
internal static class EventRows
{
    public static IEnumerable<ReplayLine> Read(ReplayFile file, ReplayProblems problems, Action<double>? progress)
    {
        using var stream = TextFile.Open(file.Path);
        using var text = TextFile.ReadText(stream);
        var account = new RowAccount(file.Path, file.Choices.BadRows);
        using var json = new EventJson();
        for (var number = 1L; ; number++)
        {
            var line = ReadLine(text, file, number);
            if (line is null)
            {
                account.End();
                yield break;
            }

            if (string.IsNullOrWhiteSpace(line)) continue;
            account.Row();
            var read = Read(line, file, number, json, out var fault);
            if (read is null) problems.BadLine(file.Name, number, fault!);
            if (read is null) account.Refuse();
            progress?.Invoke((double)stream.Position / Math.Max(1, stream.Length));
            if (read is not null) yield return read;
        }
    }

    private static string? ReadLine(StreamReader text, ReplayFile file, long number)
    {
        try
        {
            return text.ReadLine();
        }
        catch (Exception broken) when (TextFile.IsBroken(broken))
        {
            throw new TableException($"'{file.Path}' cannot be read beyond line {number - 1}: {TextFile.Reason(broken)}", broken);
        }
    }

    private static ReplayLine? Read(string line, ReplayFile file, long number, EventJson json, out string? fault)
    {
        fault = null;
        try
        {
            using var document = JsonDocument.Parse(line);
            var value = document.RootElement;
            if (value.ValueKind != JsonValueKind.Object)
            {
                fault = "the line is no JSON object";
                return null;
            }

            // What else is wrong with the event, the engine says; only whose it is and when it happened matter here.
            var customer = Text(value, "customerId"u8) ?? Text(value, "anonymousId"u8) ?? "";
            long? time = value.TryGetProperty("timestamp"u8, out var stamp) && stamp.ValueKind == JsonValueKind.String && stamp.TryGetDateTimeOffset(out var at) ? at.ToUnixTimeMilliseconds() : null;
            return new ReplayLine(file.Name, number, customer, time, json.WithEventId(value, Text(value, "eventId"u8) ?? file.EventId(number)));
        }
        catch (JsonException broken)
        {
            fault = $"the line is not valid JSON: {broken.Message}";
            return null;
        }
        catch (InvalidOperationException)
        {
            fault = "the line holds half of a surrogate pair: no well-formed Unicode";
            return null;
        }
    }

    private static string? Text(JsonElement value, ReadOnlySpan<byte> name) =>
        value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String && member.GetString() is { Length: > 0 } text ? text : null;
}
