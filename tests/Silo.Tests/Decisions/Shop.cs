using System.Net.Http.Json;
using System.Text.Json;
using Personalization.TestKit.Processes;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.Decisions;

/// <summary>Asks a real engine for decisions and rewards them, as a storefront does.</summary>
internal static class Shop
{
    public static async Task PutActions(EngineProcess engine, params object[] actions)
    {
        using var response = await engine.Http.PostAsJsonAsync("v1/actions", actions);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(actions.Length, answer.GetProperty("accepted").GetInt32());
    }

    /// <summary>Asks until the outcome is known, under one key: a retry gets the decision that was made.</summary>
    public static Task<JsonElement> Decide(EngineProcess engine, string customer, object question, string query = "", string? key = null)
    {
        key ??= Guid.NewGuid().ToString();
        return Send(() => new HttpRequestMessage(HttpMethod.Post, $"v1/customers/{customer}/next-best-action{query}") { Content = JsonContent.Create(question), Headers = { { "Idempotency-Key", key } } }, engine);
    }

    public static Task<JsonElement> Reward(EngineProcess engine, string decisionId, object reward) =>
        Send(() => new HttpRequestMessage(HttpMethod.Post, $"v1/decisions/{decisionId}/reward") { Content = JsonContent.Create(reward) }, engine);

    private static async Task<JsonElement> Send(Func<HttpRequestMessage> make, EngineProcess engine)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var request = make();
            using var response = await engine.Http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            if (response.IsSuccessStatusCode) return JsonElement.Parse(text);
            Assert.True(response.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable && TimeProvider.System.GetElapsedTime(start) < Patience.Limit, $"{(int)response.StatusCode}: {text}");
            await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>How many choices of a slot the model has seen, and how many of them with their reward.</summary>
    public static async Task<(long Chosen, long Resolved)> Experience(EngineProcess engine, string slot, int actions)
    {
        var answer = await Decide(engine, "nobody", new { slot, n = actions }, "?dryRun=true");
        long chosen = 0, resolved = 0;
        foreach (var action in answer.GetProperty("actions").EnumerateArray())
        {
            // "chosen 12 times here before; 3 of them are resolved"
            var numbers = action.GetProperty("reasons")[0].GetProperty("text").GetString()!.Split(' ').Where(word => long.TryParse(word, out _)).Select(long.Parse).ToList();
            if (numbers.Count < 2) continue;
            chosen += numbers[0];
            resolved += numbers[1];
        }

        return (chosen, resolved);
    }

    /// <summary>Waits until a slot's model has learned so many rewards.</summary>
    public static async Task Learned(EngineProcess engine, string slot, int actions, long resolved)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var experience = await Experience(engine, slot, actions);
            if (experience.Resolved >= resolved) return;
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience.Limit, $"{experience.Resolved} of {resolved} rewards were learned within {Patience.Limit}\n{engine.Output}");
            await Task.Delay(50);
        }
    }

    /// <summary>Makes calls, some at a time.</summary>
    public static async Task<List<T>> Each<T>(int from, int count, Func<int, Task<T>> call, int atOnce = 16)
    {
        var results = new T[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, _) => results[i] = await call(from + i));
        return [.. results];
    }
}
