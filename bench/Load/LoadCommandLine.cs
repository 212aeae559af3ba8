using System.CommandLine;
using Personalization.Load.Chaos;
using Personalization.Load.Decide;
using Personalization.Load.Fuzz;
using Personalization.Load.Hosting;
using Personalization.Load.Ingest;
using Personalization.Load.Kill;
using Personalization.Load.Latency;
using Personalization.Load.Memory;
using Personalization.Load.PowerLoss;
using Personalization.Load.Recommend;
using Personalization.Load.Rolling;
using Personalization.Load.Scale;

namespace Personalization.Load;

/// <summary>
/// Measures a real system on loopback, each run bounded in time and count, in temporary folders that are removed. Exit code 0: all checks hold.
/// </summary>
internal static class LoadCommandLine
{
    /// <summary>Runs a command.</summary>
    public static Task<int> Run(string[] args)
    {
        var root = new RootCommand("Measures the engine on this machine.")
        {
            IngestCommand.Create(),
            LatencyCommand.Create(),
            ScaleCommand.Create(),
            MemoryCommand.Create(),
            KillCommand.Create(),
            RecommendCommand.Create(),
            DecideCommand.Create(),
            ChaosCommand.Create(),
            RollingCommand.Create(),
            PowerLossCommand.Create(),
            FuzzCommand.Create(),
            HostCommand.Create(),
        };

        // A host under measurement stops as the shipped one does.
        return root.Parse(args).InvokeAsync(Silo.Commands.CommandLine.Invocation);
    }
}
