using System.Globalization;
using Personalization.Silo.Commands.Replay;
using Personalization.Silo.Commands.Replay.Evaluation;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.Silo.Tests.Evaluate;
using Personalization.TestKit.Processes;

namespace Personalization.Silo.Tests.Replay.Evaluation;

/// <summary>An evaluation of a real engine over HTTP, on sessions whose next items are foretold by those before.</summary>
[Collection(Engines.Collection)]
public sealed class EvaluationEndToEndTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_engine_predicts_what_similar_sessions_did_and_neither_last_items_nor_popularity_can()
    {
        // 500 chains of four items; each session walks one of them. Everything is equally popular.
        var lines = new List<string> { "SessionId,ItemId,Time" };
        var random = new Random(1);
        for (var session = 0; session < 2_000; session++)
        {
            var chain = random.Next(500);
            for (var step = 0; step < 4; step++) lines.Add(string.Create(CultureInfo.InvariantCulture, $"s{session},c{chain}-{step},{1_700_000_000 + (session * 60) + step}"));
        }

        var path = _folder.WriteGzip("chains.csv.gz", string.Join('\n', lines) + "\n");
        await using var engine = await EngineProcess.Start("--Personalization:Clock=Event");
        var (output, error) = (new StringWriter(), new StringWriter());
        var run = new EvaluationRun(engine.Http, new ReplayOptions(), new ReplayOrder(Take: 6_400), warm: 6_000, output, error);
        var code = await run.Run(ReplayFile.OpenAll([path], null), TestContext.Current.CancellationToken);
        Assert.True(code == 0, error.ToString());

        var all = run.Judge.ScoreOf(0);
        Assert.Equal(300, all.Cases);
        var known = run.Judge.ScoreOf(0, NextItemCase.KnownNew);
        Assert.True(known.Cases > 200, output.ToString());
        Assert.True(known.HitRate > 0.9, output.ToString());
        Assert.True(run.Judge.ScoreOf(2).HitRate < 0.2, output.ToString());
        Assert.Equal(0, run.Judge.ScoreOf(1).Hits);
        Assert.Contains("; 0 without the previous event", output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
