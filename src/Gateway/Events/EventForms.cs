using System.Globalization;
using System.Text.Json;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;

namespace Personalization.Gateway.Events;

/// <summary>Splits a body into events: one object, an array of them, or one a line.</summary>
internal static class EventForms
{
    /// <summary>Reads one event, or an array of events.</summary>
    /// <exception cref="ProblemException">The bytes are not JSON, or hold more events than one request may.</exception>
    public static List<EventDraft> ReadJson(ReadOnlySpan<byte> body, LimitOptions limits)
    {
        var reader = JsonBody.Reader(body);
        try
        {
            reader.Read();
            var drafts = new List<EventDraft>(1);
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                drafts.Add(ReadOne(ref reader, body, 0, limits));
            }
            else
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    CheckCount(drafts.Count, limits);
                    drafts.Add(ReadOne(ref reader, body, drafts.Count, limits));
                }
            }

            reader.Read(); // throws if anything follows
            return drafts;
        }
        catch (JsonException fault)
        {
            throw Hint(body, ProblemException.BadJson(fault));
        }
    }

    /// <summary>Reads one event a line; empty lines are skipped and have no index. A line that is not JSON is rejected alone.</summary>
    /// <exception cref="ProblemException">There are more events than one request may hold.</exception>
    public static List<EventDraft> ReadLines(ReadOnlySpan<byte> body, LimitOptions limits)
    {
        var drafts = new List<EventDraft>();
        foreach (var range in body.Split((byte)'\n'))
        {
            var line = body[range].Trim(" \t\r"u8);
            if (line.IsEmpty) continue;
            CheckCount(drafts.Count, limits);
            drafts.Add(ReadLine(line, drafts.Count, limits));
        }

        return drafts;
    }

    /// <summary>Refuses a request that would hold one event too many.</summary>
    public static void CheckCount(int before, LimitOptions limits)
    {
        if (before >= limits.BatchEvents)
            throw ProblemException.TooLarge(string.Create(CultureInfo.InvariantCulture, $"a request may hold at most {limits.BatchEvents:N0} events"));
    }

    private static EventDraft ReadLine(ReadOnlySpan<byte> line, int index, LimitOptions limits)
    {
        var draft = new EventDraft { Index = index };
        if (line.Length > limits.EventBytes) return TooLarge(draft, line.Length, limits);
        var reader = JsonBody.Reader(line);
        try
        {
            reader.Read();
            EventParser.Read(ref reader, line, draft);
            reader.Read();
        }
        catch (JsonException fault)
        {
            draft = new EventDraft { Index = index };
            draft.FailWhole($"the line is not valid JSON: {JsonFaults.Describe(fault)}");
        }

        return draft;
    }

    private static EventDraft ReadOne(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, int index, LimitOptions limits)
    {
        var draft = new EventDraft { Index = index };
        var start = reader.TokenStartIndex;
        EventParser.Read(ref reader, body, draft);
        var length = reader.BytesConsumed - start;
        return length > limits.EventBytes ? TooLarge(draft, length, limits) : draft;
    }

    private static EventDraft TooLarge(EventDraft draft, long length, LimitOptions limits)
    {
        draft.Refuse(RejectionReason.TooLarge, $"the event is {length} bytes of JSON; at most {limits.EventBytes} are allowed");
        return draft;
    }

    private static ProblemException Hint(ReadOnlySpan<byte> body, ProblemException problem)
    {
        var first = body.TrimStart(" \t\r\n"u8);
        if (first is not [(byte)'{', ..] || !first.Contains((byte)'\n') || problem.Extensions["line"] is not > 1L) return problem;
        problem.Extensions["hint"] = "for one event a line, send Content-Type: application/x-ndjson";
        return problem;
    }
}
