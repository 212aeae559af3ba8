using System.Text.Json;
using Personalization.Events;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Admin;

/// <summary>Shows an entry's payload as JSON.</summary>
internal static class PayloadJson
{
    /// <summary>The payload; null for a type without a JSON form.</summary>
    public static JsonElement? Of(object payload) => payload switch
    {
        CustomerEvent value => JsonSerializer.SerializeToElement(value, GatewayJson.Default.CustomerEvent),
        TraitsChange value => JsonSerializer.SerializeToElement(value, GatewayJson.Default.TraitsChange),
        ConsentChange value => JsonSerializer.SerializeToElement(value, GatewayJson.Default.ConsentChange),
        Erasure value => JsonSerializer.SerializeToElement(value, GatewayJson.Default.Erasure),
        WakeUp value => JsonSerializer.SerializeToElement(value, GatewayJson.Default.WakeUp),
        ClockAdvance value => JsonSerializer.SerializeToElement(value, GatewayJson.Default.ClockAdvance),
        Redrive value => JsonSerializer.SerializeToElement(value, GatewayJson.Default.Redrive),
        _ => null,
    };
}
