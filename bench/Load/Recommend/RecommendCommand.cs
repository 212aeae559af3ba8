using System.CommandLine;
using Personalization.Load.Reporting;

namespace Personalization.Load.Recommend;

/// <summary>
/// <c>recommend</c>: answers of a full catalogue (recommendations, a rerank of 100), how soon one visitor's click changes what another gets, and the memory
/// that indexes and catalogue take.
/// </summary>
internal static class RecommendCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var items = new Option<int>("--items") { Description = "Items of the catalogue.", DefaultValueFactory = _ => 100_000 };
        var sessions = new Option<int>("--sessions") { Description = "Sessions learned first, of four clicks each.", DefaultValueFactory = _ => 50_000 };
        var questions = new Option<int>("--questions") { Description = "Questions of each kind.", DefaultValueFactory = _ => 2_000 };
        var probes = new Option<int>("--probes") { Description = "Clicks that are followed to another visitor's answer.", DefaultValueFactory = _ => 60 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables." };
        var command = new Command("recommend", "Recommendations over a full catalogue: answers, click to others, memory.") { items, sessions, questions, probes, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("recommend");
            var plan = new RecommendPlan(
                Math.Clamp(arguments.GetValue(items), 200, 5_000_000), Math.Clamp(arguments.GetValue(sessions), 1, 2_000_000),
                Math.Clamp(arguments.GetValue(questions), 1, 100_000), Math.Clamp(arguments.GetValue(probes), 1, 1_000));
            await new RecommendRun(plan, report).Run(cancellation);
            return report.Print(arguments.GetValue(json));
        });
        return command;
    }
}

/// <summary>What is measured.</summary>
internal sealed record RecommendPlan(int Items, int Sessions, int Questions, int Probes);
