using Personalization.Algorithms.Numerics;
using Personalization.Load.Clusters;
using Personalization.Load.Hosting;

namespace Personalization.Load.Chaos;

/// <summary>Kills and pauses processes at random moments; every kind of act comes once before one comes again.</summary>
internal sealed class Mischief(ChaosPlan plan, ProcessCluster cluster)
{
    private enum Act
    {
        KillSilo, KillGateway, KillRedis, PauseSilo, PauseGateway,
    }

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestGatewayPause = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, int> _acts = [];

    /// <summary>How often each process was killed or paused.</summary>
    public IReadOnlyDictionary<string, int> Acts => _acts;

    /// <summary>Kills of any process.</summary>
    public int Kills { get; private set; }

    /// <summary>Does it for as long as the plan says.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        var random = new Xoshiro256(plan.Seed, 77);
        var deck = new List<Act>();
        var pauses = new List<Task>();
        using var end = new CancellationTokenSource(plan.Duration);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        try
        {
            while (true)
            {
                await Task.Delay(Between(ref random, plan.Between.Least, plan.Between.Most), either.Token);
                if (deck.Count == 0) deck.AddRange(Enum.GetValues<Act>());
                var card = random.NextInt32(deck.Count);
                var act = deck[card];
                deck.RemoveAt(card);
                var silo = cluster.Silos[random.NextInt32(cluster.Silos.Count)].Process;
                var gateway = cluster.Gateways[random.NextInt32(cluster.Gateways.Count)].Process;
                switch (act)
                {
                    case Act.KillSilo: Kill(silo); break;
                    case Act.KillGateway: Kill(gateway); break;
                    case Act.KillRedis: Kill(cluster.Redis); break;
                    case Act.PauseSilo: pauses.Add(Pause(silo, Between(ref random, ShortestPause, plan.LongestPause), either.Token)); break;
                    default: pauses.Add(Pause(gateway, Between(ref random, ShortestPause, LongestGatewayPause), either.Token)); break;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await Task.WhenAll(pauses);
        }
    }

    private static TimeSpan Between(ref Xoshiro256 random, TimeSpan least, TimeSpan most) => least + ((most - least) * random.NextDouble());

    private void Kill(SupervisedProcess process)
    {
        Note($"kill -9 {process.Name}");
        Kills++;
        process.Kill();
    }

    private async Task Pause(SupervisedProcess process, TimeSpan length, CancellationToken end)
    {
        if (process.IsPaused) return;
        Note($"pause {process.Name}");
        process.Pause();
        await Task.Delay(length, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        process.Resume();
    }

    private void Note(string what) => _acts[what] = _acts.GetValueOrDefault(what) + 1;
}
