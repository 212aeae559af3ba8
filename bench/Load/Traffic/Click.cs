using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Load.Traffic;

/// <summary>One event of a shopper, as both doors take it: as JSON over HTTP and as an entry in process.</summary>
/// <param name="EventId">Unique in the run.</param>
/// <param name="CustomerId">Who.</param>
/// <param name="Type">What.</param>
/// <param name="Item">Of what: a number.</param>
/// <param name="Cents">For how much; only purchases carry it.</param>
/// <param name="Time">When, milliseconds since 1970-01-01 UTC.</param>
internal readonly record struct Click(string EventId, string CustomerId, EventType Type, int Item, int Cents, long Time)
{
    private const int Categories = 60;
    private const int Brands = 120;

    private string Category => string.Create(CultureInfo.InvariantCulture, $"department{Item % 12}.category{Item % Categories}");

    private string Brand => string.Create(CultureInfo.InvariantCulture, $"brand{Item % Brands}");

    private string ItemId => string.Create(CultureInfo.InvariantCulture, $"sku-{Item}");

    /// <summary>Writes it as the JSON of <c>POST /v1/events</c>.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("eventId"u8, EventId);
        json.WriteString("type"u8, EventTypes.NameOf(Type));
        json.WriteString("customerId"u8, CustomerId);
        json.WriteString("itemId"u8, ItemId);
        json.WriteString("category"u8, Category);
        json.WriteString("brand"u8, Brand);
        json.WriteString("channel"u8, "web"u8);
        if (Type == EventType.Purchase)
        {
            json.WriteString("orderId"u8, EventId);
            json.WriteNumber("value"u8, Cents / 100m);
        }

        json.WriteString("timestamp"u8, DateTimeOffset.FromUnixTimeMilliseconds(Time));
        json.WriteEndObject();
    }

    /// <summary>Its bytes as an entry of the log, as the gateway would make them.</summary>
    public byte[] ToEntry(EntryCodec codec, CustomerKey customer)
    {
        var isPurchase = Type == EventType.Purchase;
        return codec.Write(
            new EntryEnvelope(EntryKind.Event, customer, EventId, Time, 0, Log.Traffic.Human, EntryFlags.ProducerGaveId),
            new CustomerEvent
            {
                Type = Type,
                ItemId = ItemId,
                Category = Category,
                Brand = Brand,
                Channel = "web",
                OrderId = isPurchase ? EventId : null,
                Value = isPurchase ? Cents / 100m : null,
                BaseValue = isPurchase ? Cents / 100m : null,
            });
    }
}

/// <summary>JSON bodies made in a buffer that is used again.</summary>
internal sealed class ClickBody : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(8192);
    private readonly Utf8JsonWriter _json;

    public ClickBody() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>One event: an object.</summary>
    public ReadOnlyMemory<byte> Of(in Click click)
    {
        Begin();
        click.WriteTo(_json);
        _json.Flush();
        return _buffer.WrittenMemory;
    }

    /// <summary>Several events: an array.</summary>
    public ReadOnlyMemory<byte> Of(ReadOnlySpan<Click> clicks)
    {
        Begin();
        _json.WriteStartArray();
        foreach (var click in clicks) click.WriteTo(_json);
        _json.WriteEndArray();
        _json.Flush();
        return _buffer.WrittenMemory;
    }

    public void Dispose() => _json.Dispose();

    private void Begin()
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
    }
}
