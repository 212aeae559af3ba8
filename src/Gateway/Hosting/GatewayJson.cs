using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Personalization.Engine.Decisions.Actions;
using Personalization.Events;
using Personalization.Gateway.Actions;
using Personalization.Gateway.Admin;
using Personalization.Gateway.Churn;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Decisions;
using Personalization.Gateway.Documents;
using Personalization.Gateway.Events;
using Personalization.Gateway.Health;
using Personalization.Gateway.Items;
using Personalization.Gateway.Live;
using Personalization.Gateway.Recommendations;

namespace Personalization.Gateway.Hosting;

/// <summary>
/// How the gateway writes and reads JSON: camel case, serializers made at compile time. Documents may be twice as deep as free JSON is let in today, so that what
/// older releases let in can be answered.
/// </summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict, MaxDepth = MaxDepth)]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(CatalogItem))]
[JsonSerializable(typeof(ProfileResponse))]
[JsonSerializable(typeof(ChurnResponse))]
[JsonSerializable(typeof(RecommendationsResponse))]
[JsonSerializable(typeof(ItemListAnswer))]
[JsonSerializable(typeof(NextBestActionResponse))]
[JsonSerializable(typeof(RewardBody))]
[JsonSerializable(typeof(RewardResponse))]
[JsonSerializable(typeof(RerankRequest))]
[JsonSerializable(typeof(IngestResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(ReceiptResponse))]
[JsonSerializable(typeof(ErasureReceipt))]
[JsonSerializable(typeof(ConsentRequest))]
[JsonSerializable(typeof(ConsentStateResponse))]
[JsonSerializable(typeof(DocumentBatchResponse))]
[JsonSerializable(typeof(ItemListResponse))]
[JsonSerializable(typeof(ActionDefinition))]
[JsonSerializable(typeof(ActionListResponse))]
[JsonSerializable(typeof(AdminTotalsResponse))]
[JsonSerializable(typeof(CustomerListResponse))]
[JsonSerializable(typeof(LogResponse))]
[JsonSerializable(typeof(DeadLetterListResponse))]
[JsonSerializable(typeof(DeadLetterResponse))]
[JsonSerializable(typeof(RedriveResponse))]
[JsonSerializable(typeof(SlotModelResponse))]
[JsonSerializable(typeof(ClockRequest))]
[JsonSerializable(typeof(ClockResponse))]
[JsonSerializable(typeof(LiveEvent))]
[JsonSerializable(typeof(EventRequest))]
[JsonSerializable(typeof(CustomerEvent))]
[JsonSerializable(typeof(TraitsChange))]
[JsonSerializable(typeof(ConsentChange))]
[JsonSerializable(typeof(Erasure))]
[JsonSerializable(typeof(WakeUp))]
[JsonSerializable(typeof(ClockAdvance))]
[JsonSerializable(typeof(Redrive))]
[JsonSerializable(typeof(IReadOnlyList<RejectedEvent>))]
[JsonSerializable(typeof(List<RejectedDocument>))]
internal sealed partial class GatewayJson : JsonSerializerContext
{
    private const int MaxDepth = 128;

    /// <summary>
    /// Escapes only what JSON must: an expression such as <c>orders &gt; 1</c> stays readable. Not for anything that is put into HTML.
    /// </summary>
    public static GatewayJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        MaxDepth = MaxDepth,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
