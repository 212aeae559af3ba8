using System.Text;
using System.Text.Json;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>Writes a result as the one JSON object <c>{"task","rows","models":[{"name","parameters":{},"metrics":{}}],"best"}</c>.</summary>
internal static class ResultJson
{
    public static void Write(EvaluationResult result, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("task", result.Task);
            json.WriteNumber("rows", result.Rows);
            json.WriteStartArray("models");
            foreach (var model in result.Models)
            {
                json.WriteStartObject();
                json.WriteString("name", model.Name);
                Write(json, "parameters", model.Parameters);
                Write(json, "metrics", model.Metrics);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (result.Best is null) json.WriteNull("best");
            else json.WriteString("best", result.Best);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<KeyValuePair<string, double>> figures)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in figures)
        {
            // JSON has no NaN and no infinity.
            if (double.IsFinite(value)) json.WriteNumber(key, value);
            else json.WriteNull(key);
        }

        json.WriteEndObject();
    }
}
