using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Personalization.Engine.Simulation;
using Personalization.Events;
using Personalization.Log;

namespace Personalization.Silo.Demo;

/// <summary>The demo's shoppers speak to the engine as any storefront does: over HTTP, through the same append.</summary>
/// <remarks>Calls that the engine answers with 404 are calls that it does not have: they answer null. So do calls that fail; a shopper that got no answer goes on.</remarks>
internal sealed class DemoClient(HttpClient http)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>Puts the catalogue.</summary>
    public Task PutItems(IEnumerable<SimulatedItem> items, CancellationToken cancellation) =>
        PostAll("v1/items", items.Select(item => new { itemId = item.Id, title = item.Title, category = item.Category, brand = item.Brand, price = item.Price, currency = "EUR" }), cancellation);

    /// <summary>Puts the action library, if the engine has one.</summary>
    public Task PutActions(IEnumerable<SimulatedAction> actions, CancellationToken cancellation) =>
        PostAll("v1/actions", actions.Select(action => new { actionId = action.Id, title = action.Title, group = action.Group, channel = action.Channel, value = 1, lever = 1 }), cancellation);

    /// <summary>Whether the store was filled before.</summary>
    public async Task<bool> HasCustomers(CancellationToken cancellation) =>
        await http.GetFromJsonAsync<JsonElement>("v1/admin/totals", cancellation) is var totals && totals.GetProperty("customers").GetInt64() > 0;

    /// <summary>Posts events until each of them is accepted or refused for good.</summary>
    /// <param name="events">The events, at most 1,000.</param>
    /// <param name="traffic">Whose they are.</param>
    /// <param name="dated">Whether they happened at their own time; otherwise now.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>How many were accepted.</returns>
    public async Task<int> Post(IReadOnlyList<SimulatedEvent> events, Traffic traffic, bool dated, CancellationToken cancellation)
    {
        var accepted = 0;
        var left = events.Select(happened => Body(happened, dated)).ToList();
        while (left.Count > 0)
        {
            using var response = await http.PostAsJsonAsync($"v1/events?traffic={(traffic == Traffic.Bot ? "bot" : "human")}", left, Json, cancellation);
            if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            {
                await Task.Delay(response.Headers.RetryAfter?.Delta ?? Patience, cancellation);
                continue;
            }

            var reply = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
            var refused = reply.TryGetProperty("rejected", out var members) ? members.EnumerateArray().ToList() : [];
            accepted += left.Count - refused.Count;
            left = [.. refused.Where(member => member.GetProperty("retryable").GetBoolean()).Select(member => left[member.GetProperty("index").GetInt32()])];
            if (left.Count > 0) await Task.Delay(Patience, cancellation);
        }

        return accepted;
    }

    /// <summary>Asks for the next best action; (decision, action), or null.</summary>
    public async Task<(string DecisionId, string ActionId)?> NextBestAction(string customerId, IReadOnlyDictionary<string, double> context, CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync($"v1/customers/{Uri.EscapeDataString(customerId)}/next-best-action", new { slot = DemoSettings.Slot, context, n = 1 }, Json, cancellation);
        if (!response.IsSuccessStatusCode) return null;
        var reply = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        var actions = reply.GetProperty("actions");
        return reply.TryGetProperty("decisionId", out var id) && id.GetString() is { } decision && actions.GetArrayLength() > 0 ? (decision, actions[0].GetProperty("actionId").GetString()!) : null;
    }

    /// <summary>Rewards a decision.</summary>
    public async Task Reward(string decisionId, double value, CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync($"v1/decisions/{Uri.EscapeDataString(decisionId)}/reward", new { value }, Json, cancellation);
    }

    /// <summary>Asks for recommendations; the items, first place first, none where there is no answer.</summary>
    public async Task<(string? DecisionId, IReadOnlyList<string> Items)> Recommendations(string customerId, CancellationToken cancellation)
    {
        using var response = await http.GetAsync($"v1/customers/{Uri.EscapeDataString(customerId)}/recommendations?slot={DemoSettings.Slot}&n=6", cancellation);
        if (!response.IsSuccessStatusCode) return (null, []);
        var reply = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return (reply.TryGetProperty("decisionId", out var id) ? id.GetString() : null, [.. reply.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()!)]);
    }

    private async Task PostAll<T>(string path, IEnumerable<T> members, CancellationToken cancellation)
    {
        foreach (var chunk in members.Chunk(250))
        {
            using var response = await http.PostAsJsonAsync(path, chunk, Json, cancellation);
            if (response.StatusCode == HttpStatusCode.NotFound) return;
            response.EnsureSuccessStatusCode();
        }
    }

    private static Dictionary<string, object?> Body(SimulatedEvent happened, bool dated)
    {
        var of = happened.Event;
        var body = new Dictionary<string, object?>
        {
            ["eventId"] = happened.EventId,
            ["type"] = EventTypes.NameOf(of.Type),
            ["customerId"] = happened.CustomerId,
            ["channel"] = of.Channel,
        };
        if (dated) body["timestamp"] = happened.At;
        if (of.ItemId is not null) body["itemId"] = of.ItemId;
        else if (of.Category is not null) body["category"] = of.Category;
        if (of.Value is { } value) body["value"] = value;
        if (of.OrderId is not null) body["orderId"] = of.OrderId;
        if (of.DecisionId is not null) body["decisionId"] = of.DecisionId;
        if (of.Lines is not null) body["lines"] = of.Lines.Select(line => new { itemId = line.ItemId, quantity = line.Quantity, value = line.Value });
        return body;
    }
}
