using System.CommandLine;
using Personalization.Load.Reporting;

namespace Personalization.Load.PowerLoss;

/// <summary><c>powerloss</c>: what <c>appendfsync everysec</c> loses when Redis' machine dies, and that nothing else goes wrong.</summary>
internal static class PowerLossCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "How long events are sent before, and again after.", DefaultValueFactory = _ => 5 };
        var unsaved = new Option<double>("--unsaved") { Description = "Seconds of writes that had not reached the disk.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables." };
        var command = new Command("powerloss", "Redis with everysec loses its last second: what is missing, and that the rest is whole.") { seconds, unsaved, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("powerloss");
            await new PowerLossRun(
                TimeSpan.FromSeconds(Math.Clamp(arguments.GetValue(seconds), 1, 120)), TimeSpan.FromSeconds(Math.Clamp(arguments.GetValue(unsaved), 0, 10)), report).Run(cancellation);
            return report.Print(arguments.GetValue(json));
        });
        return command;
    }
}
