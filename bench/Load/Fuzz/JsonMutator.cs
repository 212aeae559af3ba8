using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Personalization.Load.Fuzz;

/// <summary>Writes JSON again with some of its values, names and shapes changed: mostly valid JSON, since that comes further.</summary>
internal sealed class JsonMutator(Random random)
{
    private static readonly int[] Depths = [2, 16, 31, 32, 33, 63, 64, 65, 300, 3000];

    /// <summary>Writes a value; each member is changed with a probability.</summary>
    public string Write(JsonNode? value, double chance)
    {
        var text = new StringBuilder();
        Write(text, value, chance);
        return text.ToString();
    }

    /// <summary>Any hostile value.</summary>
    public string Any() => random.Next(8) switch
    {
        0 => Pick(Hostile.Numbers),
        1 or 2 => $"\"{Pick(Hostile.Texts)}\"",
        3 => $"\"{Pick(Hostile.Times)}\"",
        4 => Pick("null", "true", "false", "[]", "{}", "[null]", "[[]]", "\"\""),
        5 => $"{{\"{Pick(Hostile.Texts)}\":{Pick(Hostile.Numbers)},\"a\":1,\"a\":2}}",
        6 => Deep(),
        _ => $"[{Pick(Hostile.Numbers)},\"{Pick(Hostile.Texts)}\",{{\"x\":\"{Pick(Hostile.Texts)}\"}}]",
    };

    private string Deep()
    {
        var depth = Depths[random.Next(Depths.Length)];
        return random.Next(2) == 0
            ? new string('[', depth) + new string(']', depth)
            : string.Concat(Enumerable.Repeat("{\"d\":", depth)) + "1" + new string('}', depth);
    }

    private void Write(StringBuilder text, JsonNode? value, double chance)
    {
        if (random.NextDouble() < chance / 4) text.Append(Any());
        else if (value is JsonObject members) WriteObject(text, members, chance);
        else if (value is JsonArray elements) WriteArray(text, elements, chance);
        else if (random.NextDouble() < chance) text.Append(Like(value));
        else text.Append(value?.ToJsonString() ?? "null");
    }

    private void WriteObject(StringBuilder text, JsonObject members, double chance)
    {
        var parts = new List<string>();
        foreach (var (name, member) in members)
        {
            if (random.NextDouble() < chance / 4) continue;
            var part = new StringBuilder().Append('"').Append(random.NextDouble() < chance / 8 ? Renamed(name) : name).Append("\":");
            Write(part, member, chance);
            parts.Add(part.ToString());
            if (random.NextDouble() < chance / 8) parts.Add($"\"{name}\":{Any()}");
        }

        if (random.NextDouble() < chance / 4) parts.Add($"\"{Pick(Hostile.Texts)}\":{Any()}");
        text.Append('{').AppendJoin(',', parts).Append('}');
    }

    private void WriteArray(StringBuilder text, JsonArray elements, double chance)
    {
        text.Append('[');
        for (var i = 0; i < elements.Count; i++)
        {
            if (i > 0) text.Append(',');
            Write(text, elements[i], chance);
        }

        if (random.NextDouble() < chance / 4) text.Append(elements.Count > 0 ? "," : "").Append(Any());
        text.Append(']');
    }

    /// <summary>A hostile value of the same kind, so that it comes past the first rule.</summary>
    private string Like(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Number => Pick(Hostile.Numbers),
        JsonValueKind.String when value.GetValue<string>() is [_, _, _, _, '-', ..] => $"\"{Pick(Hostile.Times)}\"",
        JsonValueKind.String => $"\"{Pick(Hostile.Texts)}\"",
        _ => Any(),
    };

    private string Renamed(string name) => random.Next(4) switch
    {
        0 => name.ToUpperInvariant(),
        1 => $"\\u{(int)name[0]:x4}{name[1..]}",
        2 => name + "\\ud800",
        _ => name + " ",
    };

    private string Pick(params string[] from) => from[random.Next(from.Length)];
}
