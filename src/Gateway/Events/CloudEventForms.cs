using System.Net.Mime;
using System.Runtime.InteropServices;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.Http;
using CloudNative.CloudEvents.SystemTextJson;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;

namespace Personalization.Gateway.Events;

/// <summary>
/// CloudEvents 1.0 over HTTP: binary, structured and batch. The data is one of our events; what it lacks comes from the attributes:
/// <c>id</c> → eventId, <c>type</c> → type (also behind a reverse-DNS prefix: <c>com.shop.productViewed</c>), <c>time</c> → timestamp,
/// <c>subject</c> → customerId.
/// </summary>
internal static class CloudEventForms
{
    /// <summary>One event, attributes and data in one object.</summary>
    public const string Structured = "application/cloudevents+json";

    /// <summary>An array of those.</summary>
    public const string Batch = "application/cloudevents-batch+json";

    private const string HeaderPrefix = "ce-";
    private static readonly JsonEventFormatter Formatter = new();
    private static readonly ContentType StructuredType = new(Structured);

    /// <summary>Whether the attributes stand in headers.</summary>
    public static bool IsBinary(HttpRequest request) => request.Headers.ContainsKey("ce-specversion");

    /// <summary>Attributes in <c>ce-*</c> headers, data in the body.</summary>
    public static List<EventDraft> ReadBinary(HttpRequest request, ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        CloudEvent cloud;
        try
        {
            var version = CloudEventsSpecVersion.FromVersionId(request.Headers["ce-specversion"].ToString())
                ?? throw ProblemException.BadRequest("ce-specversion must be 1.0");
            cloud = new CloudEvent(version);
            foreach (var (name, values) in request.Headers)
            {
                if (!name.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase) || name.Equals("ce-specversion", StringComparison.OrdinalIgnoreCase)) continue;
                cloud.SetAttributeFromString(name[HeaderPrefix.Length..].ToLowerInvariant(), HttpUtilities.DecodeHeaderValue(values.ToString()));
            }
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw ProblemException.BadRequest($"a ce- header is not valid: {fault.Message}");
        }

        var draft = new EventDraft { Index = 0 };
        try
        {
            ReadData(cloud, body.Span, draft, limits);
        }
        catch (JsonException fault)
        {
            throw ProblemException.BadJson(fault);
        }

        return [draft];
    }

    /// <summary>One event as a JSON object.</summary>
    public static List<EventDraft> ReadStructured(ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        try
        {
            var reader = JsonBody.Reader(body.Span);
            reader.Read();
            reader.Skip();
            reader.Read();
        }
        catch (JsonException fault)
        {
            throw ProblemException.BadJson(fault);
        }

        return [ReadOne(body, 0, limits)];
    }

    /// <summary>An array of events; a bad one is rejected alone.</summary>
    public static List<EventDraft> ReadBatch(ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        var members = new List<Range>();
        try
        {
            var reader = JsonBody.Reader(body.Span);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray) throw ProblemException.BadRequest("a batch of CloudEvents is a JSON array");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                EventForms.CheckCount(members.Count, limits);
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                members.Add(start..(int)reader.BytesConsumed);
            }

            reader.Read();
        }
        catch (JsonException fault)
        {
            throw ProblemException.BadJson(fault);
        }

        var drafts = new List<EventDraft>(members.Count);
        foreach (var member in members) drafts.Add(ReadOne(body[member], drafts.Count, limits));
        return drafts;
    }

    private static EventDraft ReadOne(ReadOnlyMemory<byte> json, int index, LimitOptions limits)
    {
        var draft = new EventDraft { Index = index };
        if (json.Length > limits.EventBytes) return TooLarge(draft, json.Length, limits);
        try
        {
            var cloud = Formatter.DecodeStructuredModeMessage(json, StructuredType, extensionAttributes: null);
            switch (cloud.Data)
            {
                case JsonElement element: ReadData(cloud, JsonMarshal.GetRawUtf8Value(element), draft, limits); break;
                case byte[] bytes: ReadData(cloud, bytes, draft, limits); break;
                case null: ReadData(cloud, "{}"u8, draft, limits); break;
                default: draft.FailWhole("data must be a JSON object"); break;
            }
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidOperationException or JsonException)
        {
            draft = new EventDraft { Index = index };
            draft.FailWhole($"not a CloudEvent: {fault.Message}");
        }

        return draft;
    }

    private static void ReadData(CloudEvent cloud, ReadOnlySpan<byte> data, EventDraft draft, LimitOptions limits)
    {
        if (data.Length > limits.EventBytes)
        {
            TooLarge(draft, data.Length, limits);
            return;
        }

        if (data.IsEmpty) data = "{}"u8;
        var reader = JsonBody.Reader(data);
        reader.Read();
        EventParser.Read(ref reader, data, draft);
        reader.Read();
        if (draft.IsUnreadable) return;

        foreach (var required in cloud.SpecVersion.RequiredAttributes)
            if (cloud[required] is null) draft.Fail($"the CloudEvents attribute {required.Name} is needed");
        if (draft.EventId is null && cloud.Id is { } id) SetId("id", id, draft, ref draft.EventId);
        if (!draft.HasType && cloud.Type is { } type) EventParser.SetType(draft, TypeOf(type));
        if (draft.Timestamp is null && cloud.Time is { } time) SetTime(time, draft);
        if (draft.HasCustomer || cloud.Subject is not { Length: > 0 } subject) return;
        draft.HasCustomer = true;
        SetId("subject", subject, draft, ref draft.CustomerId);
    }

    private static void SetId(string attribute, string value, EventDraft draft, ref string? target)
    {
        if (Ids.NewError(attribute, value) is { } error) draft.Fail(error);
        else target = value;
    }

    private static void SetTime(DateTimeOffset time, EventDraft draft)
    {
        if (Instants.Error("time", time) is { } error) draft.Fail(error);
        else draft.Timestamp = time;
    }

    /// <summary><c>com.shop.productViewed</c> is our <c>productViewed</c>; what is no name of ours stays whole.</summary>
    private static string TypeOf(string type)
    {
        var last = type[(type.LastIndexOf('.') + 1)..];
        return !type.StartsWith(Personalization.Events.EventTypes.CustomPrefix, StringComparison.Ordinal) && Personalization.Events.EventTypes.TryParse(last, out _) ? last : type;
    }

    private static EventDraft TooLarge(EventDraft draft, long length, LimitOptions limits)
    {
        draft.Refuse(RejectionReason.TooLarge, $"the event is {length} bytes of JSON; at most {limits.EventBytes} are allowed");
        return draft;
    }
}
