using System.CommandLine;
using Personalization.Configuration;
using System.Net.Sockets;
using Personalization.Log;
using Personalization.Silo.Hosting;
using Personalization.Stores;

namespace Personalization.Silo.Commands;

/// <summary><c>serve</c>: runs the engine until it is told to stop. Settings are taken as <c>--urls</c> and <c>--Personalization:Name=value</c>.</summary>
internal static class ServeCommand
{
    /// <summary>Adds the command, and makes it what runs when no command is named.</summary>
    public static void AddTo(RootCommand root)
    {
        var serve = new Command("serve", "Run the engine (the default).");
        var demo = new Option<bool>("--demo") { Description = "Fill a store of its own with simulated shoppers, in ./demo-data; see /demo." };
        foreach (var command in new[] { root, serve })
        {
            command.TreatUnmatchedTokensAsErrors = false;
            command.Options.Add(demo);
            command.SetAction((result, cancellation) => Serve([.. result.UnmatchedTokens], [.. root.Subcommands.Select(known => known.Name)], result.GetValue(demo), cancellation));
        }

        root.Add(serve);
    }

    private static async Task<int> Serve(string[] settings, string[] commands, bool demo, CancellationToken cancellation)
    {
        try
        {
            CheckArguments(settings, commands);
            if (OpenFiles.Fault(OpenFiles.Limit) is { } tooFew) throw new SettingsException([tooFew]);
            await using var app = EngineHost.Build(settings, Quiet, demo);
            OpenStorage(app);
            app.Lifetime.ApplicationStarted.Register(() => Console.Out.Write(StartBanner.Text(app.Urls, app.Services.GetRequiredService<PersonalizationOptions>())));
            await app.RunAsync(cancellation);
            return 0;
        }
        catch (SettingsException wrong)
        {
            await Console.Error.WriteLineAsync("The engine did not start. What is wrong with its settings:");
            foreach (var fault in wrong.Faults) await Console.Error.WriteLineAsync($"  - {fault}");
            return 2;
        }
        catch (Exception fault) when (Outside(fault) is not null)
        {
            await Console.Error.WriteLineAsync($"The engine did not start, or had to stop: {Outside(fault)}");
            return 2;
        }
    }

    /// <summary>Arguments that are no settings, and what is wrong with those that are, at once.</summary>
    private static void CheckArguments(string[] settings, string[] commands)
    {
        var (faults, understood) = ServeArguments.Read(settings, commands, ["--demo", "--help", "--version"]);
        if (faults.Count == 0) return;
        try
        {
            Settings.Read(EngineHost.Builder([.. understood]).Configuration);
        }
        catch (SettingsException wrong)
        {
            faults.AddRange(wrong.Faults);
        }

        throw new SettingsException(faults);
    }

    /// <summary>The banner says what the host's own lines would.</summary>
    private static void Quiet(WebApplicationBuilder builder) => builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);

    /// <summary>Opens the store before anything starts: a directory in use, or of another number of partitions, is told in a sentence and not in a stack trace.</summary>
    private static void OpenStorage(WebApplication app)
    {
        try
        {
            _ = app.Services.GetRequiredService<IPartitionLog>();
        }
        catch (InvalidOperationException unusable)
        {
            throw new SettingsException([unusable.Message]);
        }
    }

    /// <summary>What the machine refuses (an address in use, a disk that cannot be written, no descriptor left), in a sentence; null for what is an error of the engine's, whose place is worth telling.</summary>
    private static string? Outside(Exception fault) => fault switch
    {
        StoreUnavailableException or IOException or UnauthorizedAccessException or SocketException => fault.Message,
        AggregateException { InnerExceptions: [var only] } => Outside(only),
        _ => fault.InnerException is { } inner ? Outside(inner) : null,
    };
}
