using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Personalization.TestKit.Processes;

namespace Personalization.Silo.Tests.Churn;

/// <summary>Churn scores of a real engine over HTTP.</summary>
public sealed class ChurnEndToEndTests
{
    private const string Order = """
        {"type":"purchase","customerId":"ann","eventId":"p1","orderId":"o1","timestamp":"2025-01-01T10:00:00Z",
         "lines":[{"itemId":"a","value":10},{"itemId":"b","value":10},{"itemId":"c","value":10}]}
        """;

    [Fact]
    public async Task An_order_of_three_lines_is_scored_as_published_and_is_so_after_a_kill()
    {
        await using var engine = await EngineProcess.Start();
        using var body = new StringContent(Order, null, "application/json");
        using var posted = await engine.Http.PostAsync("v1/events", body);
        Assert.Equal(HttpStatusCode.Accepted, posted.StatusCode);

        const string Question = "v1/customers/ann/churn?at=2025-10-08T10:00:00Z&after=p1";
        var before = await engine.Http.GetFromJsonAsync<JsonElement>(Question);
        Assert.True(before.GetProperty("caughtUp").GetBoolean());
        Assert.True(before.GetProperty("afterFound").GetBoolean());
        Assert.Equal("purchases", before.GetProperty("basis").GetString());
        Assert.Equal(.38671, before.GetProperty("probabilityAlive").GetDouble(), 1e-5);
        Assert.Equal("p1", before.GetProperty("reasons")[0].GetProperty("eventId").GetString());

        var crossing = before.GetProperty("crossesThresholdAt");
        Assert.Equal(12.998, (crossing.GetDateTime() - new DateTime(2025, 1, 1, 10, 0, 0, DateTimeKind.Utc)).TotalDays / 7, 5e-4);
        var there = await engine.Http.GetFromJsonAsync<JsonElement>($"v1/customers/ann/churn?at={crossing.GetString()}");
        Assert.Equal(.5, there.GetProperty("probabilityAlive").GetDouble(), 1e-9);

        await engine.Kill();
        await engine.Restart();
        var after = await engine.Http.GetFromJsonAsync<JsonElement>(Question);
        Assert.Equal(before.GetRawText(), after.GetRawText());

        using var past = await engine.Http.GetAsync("v1/customers/ann/churn?at=2024-12-31T10:00:00Z");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, past.StatusCode);
        var nobody = await engine.Http.GetFromJsonAsync<JsonElement>("v1/customers/nobody/churn");
        Assert.Equal("activity", nobody.GetProperty("basis").GetString());
    }
}
