using System.Globalization;

namespace Personalization.Silo.Commands.Replay.Evaluation;

/// <summary>An evaluation in words: a row a kind of case, the engine beside the customer's last items and what is popular.</summary>
internal static class EvaluationTable
{
    /// <summary>Writes it.</summary>
    public static async Task Write(NextItemJudge judge, ReplayEvaluation evaluation, double seconds, TextWriter output)
    {
        var k = judge.Cutoff.ToString(CultureInfo.InvariantCulture);
        await output.WriteLineAsync($"{"",-10}{"cases",9}  {"engine",-17}{"last items",-17}{"popularity",-17}");
        await output.WriteLineAsync($"{"",-10}{"",9}  {Heads(k)}{Heads(k)}{Heads(k)}");
        await output.WriteLineAsync(Row("all", judge, null));
        await output.WriteLineAsync(Row("repeat", judge, NextItemCase.Repeat));
        await output.WriteLineAsync(Row("known new", judge, NextItemCase.KnownNew));
        await output.WriteLineAsync(Row("unseen", judge, NextItemCase.Unseen));
        double[] sorted = [.. evaluation.Latencies.Order()];
        if (sorted.Length == 0) return;
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"answers in ms: p50 {At(sorted, .5):0.0}, p90 {At(sorted, .9):0.0}, p99 {At(sorted, .99):0.0}, most {sorted[^1]:0.0}; {sorted.Length / Math.Max(seconds, .001):0} predictions/s; {evaluation.Behind} without the previous event"));
    }

    private static string Heads(string k) => $"{$"HR@{k}",-8}{$"MRR@{k}",-9}";

    private static string Row(string name, NextItemJudge judge, NextItemCase? kind)
    {
        var row = string.Create(CultureInfo.InvariantCulture, $"{name,-10}{judge.ScoreOf(0, kind).Cases,9}  ");
        for (var predictor = 0; predictor < NextItemJudge.Predictors; predictor++)
        {
            var score = judge.ScoreOf(predictor, kind);
            row += string.Create(CultureInfo.InvariantCulture, $"{score.HitRate,-8:0.0000}{score.MeanReciprocalRank,-9:0.0000}");
        }

        return row.TrimEnd();
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
}
