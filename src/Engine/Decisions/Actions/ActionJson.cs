using System.Text.Json;
using System.Text.Json.Serialization;

namespace Personalization.Engine.Decisions.Actions;

/// <summary>How actions stand in documents: camel case, serializers made at compile time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ActionDefinition))]
public sealed partial class ActionJson : JsonSerializerContext;
