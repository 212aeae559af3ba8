using Personalization.Silo.Commands.Replay;
using Personalization.TestKit.Processes;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.EndToEnd;

/// <summary>Replays files to a real engine, which may be killed meanwhile.</summary>
internal static class Replays
{
    /// <summary>Replays a file and checks that the engine took every line of it.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="path">The file.</param>
    /// <param name="order">In which order.</param>
    /// <param name="killAt">At which requests, from 1, the engine is killed while the request is under way, and started again.</param>
    /// <param name="options">How to send.</param>
    public static async Task<ReplayTally> Run(EngineProcess engine, string path, ReplayOrder order, IReadOnlyList<int>? killAt = null, ReplayOptions? options = null)
    {
        using StringWriter output = new(), error = new();
        using var killer = new Killer(engine, killAt ?? []) { InnerHandler = new SocketsHttpHandler() };
        using var http = new HttpClient(killer) { BaseAddress = engine.Http.BaseAddress, Timeout = TimeSpan.FromSeconds(30) };
        var run = new ReplayRun(http, options ?? new ReplayOptions(), order, output, error);
        using var limit = new CancellationTokenSource(Patience.Limit);
        var code = await run.Run([ReplayFile.Open(path, null)], showProgress: false, limit.Token);
        await killer.Restarted;

        Assert.True(code == 0 && run.Problems is { Rejected: 0, BadLines: 0 }, $"{error}\n{output}\n{engine.Output}");
        Assert.Equal(run.Tally.Sent, run.Tally.Accepted);
        Assert.Equal(killAt?.Count ?? 0, killer.Kills);
        return run.Tally;
    }

    /// <summary>Kills the engine under chosen requests: after they were sent, before they are answered.</summary>
    private sealed class Killer(EngineProcess engine, IReadOnlyList<int> killAt) : DelegatingHandler
    {
        private int _requests;

        public Task Restarted { get; private set; } = Task.CompletedTask;

        public int Kills { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref _requests);
            if (!killAt.Contains(number)) return await base.SendAsync(request, cancellationToken);
            await Restarted; // one kill after the other
            var answer = base.SendAsync(request, cancellationToken);
            await engine.Kill();
            Kills++;
            Restarted = engine.Restart();
            return await answer;
        }
    }
}
