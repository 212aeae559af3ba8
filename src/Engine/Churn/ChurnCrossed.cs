using System.Buffers;
using System.Text.Json;
using Personalization.Stores;

namespace Personalization.Engine.Churn;

/// <summary>
/// The outbox fact <c>churnCrossed</c>: P(alive) of a customer fell below the threshold. JSON:
/// <c>{"customer","crossedAt","lastPurchaseAt","purchaseDays","threshold","parametersVersion"}</c>, times in milliseconds since 1970-01-01 UTC.
/// </summary>
/// <param name="Customer">The customer's key.</param>
/// <param name="CrossedAt">The instant.</param>
/// <param name="LastPurchaseAt">When the silence began.</param>
/// <param name="PurchaseDays">Days with a purchase.</param>
/// <param name="Threshold">θ.</param>
/// <param name="ParametersVersion">The fit by whose parameters it crossed; 0 = those of the settings.</param>
public readonly record struct ChurnCrossed(string Customer, long CrossedAt, long LastPurchaseAt, int PurchaseDays, double Threshold, long ParametersVersion)
{
    /// <summary>The kind of the outbox row.</summary>
    public const string Kind = "churnCrossed";

    /// <summary>Makes the outbox row.</summary>
    public OutboxItem ToItem()
    {
        var buffer = new ArrayBufferWriter<byte>(192);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("customer"u8, Customer);
            json.WriteNumber("crossedAt"u8, CrossedAt);
            json.WriteNumber("lastPurchaseAt"u8, LastPurchaseAt);
            json.WriteNumber("purchaseDays"u8, PurchaseDays);
            json.WriteNumber("threshold"u8, Threshold);
            json.WriteNumber("parametersVersion"u8, ParametersVersion);
            json.WriteEndObject();
        }

        return new OutboxItem(Kind, buffer.WrittenSpan.ToArray());
    }
}
