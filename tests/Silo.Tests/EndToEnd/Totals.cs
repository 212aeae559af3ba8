using System.Text.Json;
using Personalization.TestKit.Processes;

namespace Personalization.Silo.Tests.EndToEnd;

/// <summary>What <c>GET /v1/admin/totals?wait=true</c> says once everything accepted is committed.</summary>
internal sealed record Totals(long Customers, long Events, long Views, long Carts, long Purchases, decimal Revenue, long DeadLetters, long Lost)
{
    /// <summary>Asks until everything that was accepted before is in the sums.</summary>
    public static async Task<Totals> Drained(EngineProcess engine)
    {
        for (var tries = 0; tries < 5; tries++)
        {
            var totals = JsonElement.Parse(await engine.Http.GetStringAsync("v1/admin/totals?wait=true"));
            if (!totals.GetProperty("drained").GetBoolean()) continue; // the call itself waited
            long Of(string name) => totals.GetProperty(name).GetInt64();
            return new Totals(Of("customers"), Of("events"), Of("views"), Of("carts"), Of("purchases"), totals.GetProperty("revenue").GetDecimal(), Of("deadLetters"), Of("lost"));
        }

        Assert.Fail($"the engine did not commit what it accepted:\n{engine.Output}");
        return null!;
    }

    /// <summary>Counts by type.</summary>
    public static async Task<long> OfType(EngineProcess engine, string type)
    {
        var byType = JsonElement.Parse(await engine.Http.GetStringAsync("v1/admin/totals")).GetProperty("byType");
        return byType.TryGetProperty(type, out var count) ? count.GetInt64() : 0;
    }
}
