using System.CommandLine;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Orleans.Serialization;
using Personalization.Configuration;
using Personalization.Grains.Customers;
using Personalization.Grains.Hosting;
using Personalization.Log;
using Personalization.Silo.Hosting;
using Personalization.Storage.Sqlite;
using Personalization.Stores;

namespace Personalization.Silo.Commands.Verify;

/// <summary>
/// <c>verify</c>: folds every customer's journal anew and compares with the stored profile. For a data directory that no engine has open.
/// Exit code 0: no differences; 1: differences; 2: it could not be done, the reason is on the error stream.
/// </summary>
public static class VerifyCommand
{
    private const int MostTold = 100;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "verify",
            "Fold every customer's journal anew and compare with the stored profile, with the engine stopped. Settings are taken as for serve: --Personalization:DataDirectory=data")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((arguments, cancellation) => Run(
            [.. arguments.UnmatchedTokens], arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error, cancellation));
        return command;
    }

    private static async Task<int> Run(string[] settings, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            var options = ReadSettings(settings);
            if (options.Storage != StorageKind.Embedded) throw new InvalidOperationException("verify reads the embedded store; what another store keeps is not in files.");
            if (!File.Exists(Path.Combine(options.DataDirectory, "state.db")))
                throw new InvalidOperationException($"There is no embedded store in '{Path.GetFullPath(options.DataDirectory)}'; name its folder with --Personalization:DataDirectory=…");
            using var storage = new EmbeddedStorage(options.DataDirectory, options.Partitions);
            await using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
            var codec = new EntryCodec(services.GetRequiredService<Serializer>());
            var fold = await FoldRevision.Find(storage.Documents, EngineHosting.Settings(options), cancellation)
                ?? throw new InvalidOperationException("The settings of Personalization:Fold and Personalization:TimeZone are not those that the engine last ran with; give the same.");
            return await Verify(new JournalVerifier(storage.Log, storage.Store, codec, fold), output, cancellation);
        }
        catch (Exception fault) when (fault is SettingsException or InvalidOperationException or StoreUnavailableException or SqliteException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(fault.Message);
            return 2;
        }
    }

    /// <summary>Runs a verifier and tells what it finds; the last line is the sum.</summary>
    public static async Task<int> Verify(JournalVerifier verifier, TextWriter output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        ArgumentNullException.ThrowIfNull(output);
        long verified = 0, differences = 0, told = 0;
        var notVerifiable = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await foreach (var verdict in verifier.Verify(cancellation))
        {
            if (verdict.NotVerifiable is { } reason)
            {
                notVerifiable[reason] = notVerifiable.GetValueOrDefault(reason) + 1;
                continue;
            }

            verified++;
            differences += verdict.Differences.Count;
            foreach (var difference in verdict.Differences)
            {
                if (told++ < MostTold) await output.WriteLineAsync($"{verdict.Customer}: {difference} (row ≠ journal)");
            }
        }

        if (told > MostTold) await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"… and {told - MostTold} more"));
        foreach (var (reason, count) in notVerifiable) await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count} not verifiable: {reason}"));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"verified {verified} customers, {differences} differences, {notVerifiable.Values.Sum()} not verifiable"));
        return differences == 0 ? 0 : 1;
    }

    private static PersonalizationOptions ReadSettings(string[] settings) => Settings.Read(new ConfigurationBuilder()
        .SetBasePath(AppContext.BaseDirectory)
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables()
        .AddCommandLine(settings)
        .Build());
}
