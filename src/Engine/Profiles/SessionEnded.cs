using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Personalization.Stores;

namespace Personalization.Engine.Profiles;

/// <summary>
/// The outbox fact <c>sessionEnded</c>: a session that no event within the lateness can change any longer. JSON:
/// <c>{"customer","startedAt","endedAt","events","views","cartItems","cartValue","purchases","items":["…hash in hexadecimal"]}</c>; items oldest
/// first, at most as many as the profile remembers.
/// </summary>
internal static class SessionEnded
{
    public const string Kind = "sessionEnded";

    public static OutboxItem Make(string customer, FeatureState state)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            ref readonly var session = ref state.Session;
            json.WriteStartObject();
            json.WriteString("customer"u8, customer);
            json.WriteNumber("startedAt"u8, session.StartedAt);
            json.WriteNumber("endedAt"u8, session.LastAt);
            json.WriteNumber("events"u8, session.Events);
            json.WriteNumber("views"u8, session.Views);
            json.WriteNumber("cartItems"u8, session.CartItems);
            json.WriteNumber("cartValue"u8, session.CartValue);
            json.WriteNumber("purchases"u8, session.Purchases);
            json.WriteStartArray("items"u8);
            for (var i = 0; i < state.Items.Count; i++)
            {
                ref readonly var item = ref state.Items[i];
                if (item.Time < session.StartedAt || item.Time > session.LastAt) continue;
                json.WriteStringValue(item.Item.ToString("x16", CultureInfo.InvariantCulture));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new OutboxItem(Kind, buffer.WrittenSpan.ToArray());
    }
}
