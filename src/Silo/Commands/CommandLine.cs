using System.CommandLine;
using Personalization.Silo.Commands.Evaluate;
using Personalization.Silo.Commands.Log;
using Personalization.Silo.Commands.Replay;
using Personalization.Silo.Commands.Simulate;
using Personalization.Silo.Commands.Verify;
using Personalization.Silo.Hosting;

namespace Personalization.Silo.Commands;

/// <summary>The command line: <c>serve</c> is what runs when nothing else is named.</summary>
internal static class CommandLine
{
    /// <summary>
    /// How a command is told to end: a signal cancels it, and the process waits until it has. By its own default the command line would end the process two seconds after the signal,
    /// in the middle of handing partitions over.
    /// </summary>
    public static InvocationConfiguration Invocation { get; } = new() { ProcessTerminationTimeout = EngineHost.ShutdownTimeout + TimeSpan.FromSeconds(10) };

    public static Task<int> Run(string[] args)
    {
        var root = new RootCommand("A real-time personalization engine: every customer is a virtual actor with live features and online models.")
        {
            ReplayCommand.Create(),
            LogCommand.Create(),
            VerifyCommand.Create(),
            EvaluateCommand.Create(),
            SimulateCommand.Create(),
        };
        ServeCommand.AddTo(root);
        return root.Parse(args).InvokeAsync(Invocation);
    }
}
