using System.Text.Json;

namespace Personalization.Micro.Gate;

/// <summary>
/// <c>allocations.json</c>: by benchmark (<c>Class.Method</c>, with <c>(Name=value)</c> behind it where the class has parameters) the bytes that
/// one operation may allocate.
/// </summary>
public static class AllocationBudget
{
    /// <summary>The file beside the program.</summary>
    public const string FileName = "allocations.json";

    private static readonly JsonSerializerOptions Format = new() { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads the file beside this assembly.</summary>
    public static IReadOnlyDictionary<string, double> Load() => Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, FileName)));

    /// <summary>Reads a budget.</summary>
    /// <exception cref="JsonException">It is no object of numbers.</exception>
    public static IReadOnlyDictionary<string, double> Read(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, double>>(json, Format) ?? throw new JsonException($"{FileName} is empty");
}
