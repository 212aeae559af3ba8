using System.Text.Json.Serialization;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>Reads texts of traits.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class EligibilityJson : JsonSerializerContext;
