using System.CommandLine;

namespace Personalization.Silo.Commands.Log;

/// <summary><c>log</c>: looks after a running engine's log and dead letters over its admin calls.</summary>
public static class LogCommand
{
    /// <summary>The command with all its sub-commands.</summary>
    public static Command Create()
    {
        var shared = new LogOutput();
        return new Command("log", "Look after the log of a running engine.")
        {
            LogStatusCommand.Create(shared), DeadLettersCommand.Create(shared), shared.Engine.Url, shared.Engine.Key, shared.Json,
        };
    }
}
