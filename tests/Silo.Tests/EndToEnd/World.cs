using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Personalization.TestKit;
using Personalization.TestKit.Processes;

namespace Personalization.Silo.Tests.EndToEnd;

/// <summary>Every profile of an engine, evaluated at one time.</summary>
internal static class World
{
    private const int AtOnce = 8;

    /// <summary>Reads all profiles over HTTP, by customer id.</summary>
    public static async Task<IReadOnlyDictionary<string, JsonElement>> Read(EngineProcess engine, string at)
    {
        var ids = await Customers(engine);
        var profiles = new ConcurrentDictionary<string, JsonElement>();
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (id, cancellation) =>
        {
            profiles[id] = Comparable(await ReadFresh(engine, $"v1/customers/{Uri.EscapeDataString(id)}?at={Uri.EscapeDataString(at)}", cancellation));
        });
        return profiles;
    }

    /// <summary>A busy owner may not answer in time, and then a profile is served as it was last known and says so: it is read again, since the state is what is asked for.</summary>
    private static async Task<JsonNode> ReadFresh(EngineProcess engine, string path, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience.Limit);
        while (true)
        {
            var profile = JsonNode.Parse(await engine.Http.GetStringAsync(path, patience.Token))!;
            if (!profile["stale"]!.GetValue<bool>() && profile["caughtUp"]!.GetValue<bool>()) return profile;
        }
    }

    private static async Task<List<string>> Customers(EngineProcess engine)
    {
        var ids = new List<string>();
        string? next = null;
        do
        {
            var page = JsonElement.Parse(await engine.Http.GetStringAsync(next is null ? "v1/admin/customers" : $"v1/admin/customers?cursor={Uri.EscapeDataString(next)}"));
            ids.AddRange(page.GetProperty("customers").EnumerateArray().Select(customer => customer.GetProperty("customerId").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return ids;
    }

    /// <summary>Affinities are told strongest first: two of equal strength may change places, so they are put in the order of their names.</summary>
    private static JsonElement Comparable(JsonNode profile)
    {
        var affinities = profile["affinities"]!.AsObject();
        foreach (var table in affinities.Select(pair => pair.Key).ToList())
            affinities[table] = new JsonArray([.. affinities[table]!.AsArray().OrderBy(row => row!["name"]!.GetValue<string>(), StringComparer.Ordinal).Select(row => row!.DeepClone())]);
        return JsonSerializer.SerializeToElement(profile);
    }
}
