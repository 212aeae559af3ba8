using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Personalization.Algorithms.Numerics;
using Personalization.Load.Traffic;

namespace Personalization.Load.Clusters;

/// <summary>
/// Storefronts that ask for the next best action until they are answered, each question under a key of its own, and reward every other answer until that is taken. One action may be had once by a
/// customer; the others always.
/// </summary>
internal sealed class ClusterDeciders(string run, ulong seed, int deciders, ClusterClient client, Uri[] addresses)
{
    private const string Slot = "chaos";
    private const string Capped = "once";
    private const int CapLimit = 1;

    /// <summary>Enough that no customer has sixty-four decisions open in ten minutes: then one would close early, with its default.</summary>
    private const int Customers = 2_000;

    private static readonly string[] Actions = [Capped, "always-a", "always-b"];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LearnLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(3);

    private readonly Population _population = Population.Uniform("d", Customers);
    private readonly ConcurrentDictionary<(string Customer, string Decision), string> _answers = new();
    private readonly ConcurrentDictionary<string, bool> _rewarded = new();
    private long _withoutRecord;
    private long _cappedWithoutRecord;

    /// <summary>Decisions on record that were answered.</summary>
    public int Answered => _answers.Count;

    /// <summary>Answers without a record, because the log did not answer.</summary>
    public long WithoutRecord => _withoutRecord;

    /// <summary>Decisions whose reward was taken.</summary>
    public int Rewarded => _rewarded.Count;

    /// <summary>Answers with the capped action beyond what a customer may have, and those that nothing on record would have held back.</summary>
    public long OverCap => _cappedWithoutRecord + _answers.Where(answer => answer.Value == Capped).GroupBy(answer => answer.Key.Customer).Sum(customer => Math.Max(0, customer.Count() - CapLimit));

    /// <summary>Puts the actions.</summary>
    public async Task PutActions(CancellationToken cancellation)
    {
        object[] actions =
        [
            new { actionId = Capped, value = 10, slots = new[] { Slot }, caps = new[] { new { per = "action", limit = CapLimit, days = 30 } } },
            .. Actions[1..].Select(actionId => new { actionId, slots = new[] { Slot } }),
        ];
        while (await client.Ask(addresses[0], "v1/actions", actions, key: null, cancellation) is null) await Task.Delay(Pause, cancellation);
    }

    /// <summary>Runs all of them until told to stop; each sees its last question and reward through.</summary>
    public Task Run(CancellationToken stop, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, deciders).Select(number => Task.Run(() => Decide(number, stop, cancellation), cancellation)));

    /// <summary>How many rewards the model has learned, once it has what was taken, and some time later: one that is learned twice shows then.</summary>
    public async Task<long> Learned(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(LearnLimit);
        try
        {
            while (await Resolved(limit.Token) < Rewarded) await Task.Delay(Pause, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return await Resolved(cancellation);
        }

        await Task.Delay(Settled, cancellation);
        return await Resolved(cancellation);
    }

    private async Task Decide(int number, CancellationToken stop, CancellationToken cancellation)
    {
        var random = new Xoshiro256(seed, 2000 + (ulong)number);
        for (var question = 0; !stop.IsCancellationRequested; question++)
        {
            var customer = _population.Id(_population.Draw(ref random));
            var key = string.Create(CultureInfo.InvariantCulture, $"{run}-{number}-{question}");
            JsonElement? answer;
            while ((answer = await client.Ask(Any(ref random), $"v1/customers/{customer}/next-best-action", new { slot = Slot }, key, cancellation)) is null) await Task.Delay(Pause, cancellation);

            var action = answer.Value.GetProperty("actions").EnumerateArray().First().GetProperty("actionId").GetString()!;
            if (!answer.Value.GetProperty("durable").GetBoolean())
            {
                Interlocked.Increment(ref _withoutRecord);
                if (action == Capped) Interlocked.Increment(ref _cappedWithoutRecord);
            }
            else
            {
                var decision = answer.Value.GetProperty("decisionId").GetString()!;
                _answers[(customer, decision)] = action;
                if (question % 2 == 0) await Reward(decision, random, cancellation);
            }

            await Task.Delay(Pace, cancellation);
        }
    }

    private async Task Reward(string decision, Xoshiro256 random, CancellationToken cancellation)
    {
        JsonElement? answer;
        while ((answer = await client.Ask(Any(ref random), $"v1/decisions/{decision}/reward", new { value = 1 }, key: null, cancellation)) is null) await Task.Delay(Pause, cancellation);
        // A repeat of one that was taken and not answered says so; it counts once all the same.
        if (answer.Value.GetProperty("applied").GetBoolean() || answer.Value.GetProperty("reason").GetString() == "alreadyRewarded") _rewarded[decision] = true;
    }

    private async Task<long> Resolved(CancellationToken cancellation)
    {
        JsonElement? answer;
        while ((answer = await client.Ask(addresses[^1], "v1/customers/nobody/next-best-action?dryRun=true", new { slot = Slot, n = Actions.Length }, key: null, cancellation)) is null) await Task.Delay(Pause, cancellation);
        var resolved = 0L;
        foreach (var action in answer.Value.GetProperty("actions").EnumerateArray())
        {
            // "chosen 12 times here before; 3 of them are resolved"
            var numbers = action.GetProperty("reasons")[0].GetProperty("text").GetString()!.Split(' ').Where(word => long.TryParse(word, out _)).ToArray();
            if (numbers.Length > 1) resolved += long.Parse(numbers[1], CultureInfo.InvariantCulture);
        }

        return resolved;
    }

    private Uri Any(ref Xoshiro256 random) => addresses[random.NextInt32(addresses.Length)];
}
