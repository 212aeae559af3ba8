using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Personalization.Gateway.Churn;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Events;
using Personalization.Gateway.Health;
using Personalization.Gateway.Items;

namespace Personalization.Gateway.Hosting;

/// <summary>How the gateway writes and reads JSON: camel case, serializers made at compile time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(CatalogItem))]
[JsonSerializable(typeof(ProfileResponse))]
[JsonSerializable(typeof(ChurnResponse))]
[JsonSerializable(typeof(IngestResponse))]
[JsonSerializable(typeof(HealthResponse))]
internal sealed partial class GatewayJson : JsonSerializerContext;
