using System.Text;
using System.Text.Json;
using Personalization.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;

namespace Personalization.Gateway.Events;

/// <summary>
/// Reads one event from JSON into an <see cref="EventDraft"/>: one pass over the bytes, no document, every member checked by its own rule.
/// A broken rule is noted in the draft; only bytes that are not JSON throw.
/// </summary>
internal static class EventParser
{
    private const int MaxQueryBytes = 4096;
    private static readonly Dictionary<string, EventType>.AlternateLookup<ReadOnlySpan<char>> Types =
        EventTypes.All.ToDictionary(name => name, name => EventTypes.TryParse(name, out var type) ? type : default, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly string KnownTypes = string.Join(' ', EventTypes.All);

    /// <summary>Reads the object that the reader stands on, to its end.</summary>
    /// <param name="reader">Stands on the value's first token.</param>
    /// <param name="json">All the bytes that the reader was made over.</param>
    /// <param name="draft">Takes what is read, and what is wrong with it.</param>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static void Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, EventDraft draft)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            draft.FailWhole($"an event must be a JSON object, but is {JsonValues.Kind(ref reader)}");
            reader.Skip();
            return;
        }

        Action<string> fail = draft.Fail;
        Action<string> mended = draft.Warn;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FindField(ref reader);
            reader.Read();
            ReadMember(ref reader, json, field, draft, fail, mended);
        }
    }

    /// <summary>Finds a type by its name and notes in the draft when there is none.</summary>
    public static void SetType(EventDraft draft, string name)
    {
        draft.HasType = true;
        if (!EventTypes.TryParse(name, out draft.Type))
        {
            draft.Fail($"type is not known: {Texts.Shorten(name)}; use custom:{Texts.Shorten(name)} for your own, or one of {KnownTypes}");
            return;
        }

        if (draft.Type != EventType.Custom) return;
        if (Ids.NewError("type", name) is { } error) draft.Fail(error);
        draft.CustomType = name;
    }

    private static void ReadMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, EventField field, EventDraft draft, Action<string> fail, Action<string> mended)
    {
        switch (field)
        {
            case EventField.EventId: draft.EventId = JsonValues.Id(ref reader, "eventId", fail); break;
            case EventField.Type: ReadType(ref reader, draft, fail, mended); break;
            case EventField.CustomerId:
                draft.HasCustomer |= IsPresent(ref reader);
                draft.CustomerId = JsonValues.Id(ref reader, "customerId", fail);
                break;
            case EventField.AnonymousId:
                draft.HasCustomer |= IsPresent(ref reader);
                draft.AnonymousId = JsonValues.Id(ref reader, "anonymousId", fail);
                break;
            case EventField.ItemId: draft.ItemId = JsonValues.Id(ref reader, "itemId", fail, IdKind.Item); break;
            case EventField.Category: draft.Category = JsonValues.Label(ref reader, "category", fail, mended); break;
            case EventField.Brand: draft.Brand = JsonValues.Label(ref reader, "brand", fail, mended); break;
            case EventField.Value: draft.Value = JsonValues.Money(ref reader, "value", fail); break;
            case EventField.Currency: draft.Currency = Currencies.Read(ref reader, fail); break;
            case EventField.Quantity: draft.Quantity = JsonValues.Count(ref reader, "quantity", fail); break;
            case EventField.OrderId: draft.OrderId = JsonValues.Id(ref reader, "orderId", fail); break;
            case EventField.Lines: ReadLines(ref reader, draft, fail); break;
            case EventField.Query: draft.Query = JsonValues.Text(ref reader, "query", MaxQueryBytes, fail, mended); break;
            case EventField.Text: draft.Text = JsonValues.Text(ref reader, "text", int.MaxValue, fail, mended); break;
            case EventField.Channel: draft.Channel = JsonValues.Label(ref reader, "channel", fail, mended); break;
            case EventField.SessionId: draft.SessionId = JsonValues.Id(ref reader, "sessionId", fail); break;
            case EventField.DecisionId: draft.DecisionId = JsonValues.Id(ref reader, "decisionId", fail, IdKind.Decision); break;
            case EventField.ActionId: draft.ActionId = JsonValues.Id(ref reader, "actionId", fail); break;
            case EventField.Position: draft.Position = JsonValues.Count(ref reader, "position", fail); break;
            case EventField.Context: draft.ContextJson = ReadContext(ref reader, json, fail, mended); break;
            case EventField.Timestamp: draft.Timestamp = JsonValues.Time(ref reader, "timestamp", fail); break;
            case EventField.SentAt: draft.SentAt = JsonValues.Time(ref reader, "sentAt", fail); break;
            default: reader.Skip(); break;
        }
    }

    private static void ReadType(ref Utf8JsonReader reader, EventDraft draft, Action<string> fail, Action<string> mended)
    {
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length <= 32)
        {
            // The common case: a known name, found without making a string of it.
            Span<char> name = stackalloc char[32];
            if (Types.TryGetValue(name[..Encoding.UTF8.GetChars(reader.ValueSpan, name)], out draft.Type))
            {
                draft.HasType = true;
                return;
            }
        }

        var told = reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null); // as a number, say; then not also as missing
        var text = JsonValues.Text(ref reader, "type", int.MaxValue, fail, mended);
        if (text is not null) SetType(draft, text);
        else draft.HasType |= told;
    }

    private static void ReadLines(ref Utf8JsonReader reader, EventDraft draft, Action<string> fail)
    {
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            fail($"lines must be an array, but is {JsonValues.Kind(ref reader)}");
            reader.Skip();
            return;
        }

        draft.Lines = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var number = draft.Lines.Count;
            var line = new LineDraft();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                fail($"lines[{number}] must be an object, but is {JsonValues.Kind(ref reader)}");
                reader.Skip();
                draft.Lines.Add(line);
                continue;
            }

            void FailLine(string fault) => fail($"lines[{number}].{fault}");
            var itemIdTold = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = FindField(ref reader);
                reader.Read();
                switch (field)
                {
                    case EventField.ItemId:
                        line.ItemId = JsonValues.Id(ref reader, "itemId", fault =>
                        {
                            itemIdTold = true;
                            FailLine(fault);
                        }, IdKind.Item);
                        break;
                    case EventField.Quantity: line.Quantity = JsonValues.Count(ref reader, "quantity", FailLine); break;
                    case EventField.Value: line.Value = JsonValues.Money(ref reader, "value", FailLine); break;
                    default: reader.Skip(); break;
                }
            }

            if (line.ItemId is null && !itemIdTold) FailLine("itemId is needed");
            draft.Lines.Add(line);
        }

        if (draft.Lines.Count == 0) draft.Lines = null;
    }

    private static string? ReadContext(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Action<string> fail, Action<string> mended)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            fail($"context must be an object, but is {JsonValues.Kind(ref reader)}");
            reader.Skip();
            return null;
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return FreeJson.Keep(json[start..(int)reader.BytesConsumed], "context", fail, mended);
    }

    /// <summary>Whether an optional member says something: null and an empty text do not.</summary>
    private static bool IsPresent(ref Utf8JsonReader reader) => reader.TokenType != JsonTokenType.Null && (reader.TokenType != JsonTokenType.String || !reader.ValueSpan.IsEmpty);

    private static EventField FindField(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return EventFields.Find(reader.ValueSpan);
        try
        {
            return EventFields.Find(Encoding.UTF8.GetBytes(reader.GetString()!));
        }
        catch (InvalidOperationException)
        {
            return EventField.Unknown; // a name that is no Unicode text is none of ours
        }
    }
}
