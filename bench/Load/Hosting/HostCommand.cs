using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Orleans.Serialization;
using Orleans.Storage;
using Personalization.Load.Baseline;
using Personalization.Load.Decide;
using Personalization.Log;
using Personalization.Silo.Hosting;

namespace Personalization.Load.Hosting;

/// <summary>
/// <c>host</c>, hidden: what a run starts as the process under measurement: the shipped composition with the bench's doors, and for the baselines
/// with another <see cref="ILogAppender"/>. Ends with its standard input, so that none is left behind.
/// </summary>
internal static class HostCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var kind = new Option<SystemKind>("--kind");
        var folder = new Option<string>("--Personalization:DataDirectory") { Required = true };
        var command = new Command("host", "Runs a system under measurement.") { Hidden = true, TreatUnmatchedTokensAsErrors = false };
        var redis = new Option<string>("--redis");
        var stub = new Option<bool>("--stub-decisions");
        command.Options.Add(redis);
        command.Options.Add(stub);
        command.Options.Add(kind);
        command.Options.Add(folder);
        command.SetAction((arguments, cancellation) => Run(arguments.GetValue(kind), arguments.GetValue(folder)!, arguments.GetValue(redis), arguments.GetValue(stub), [.. arguments.UnmatchedTokens], cancellation));
        return command;
    }

    private static async Task<int> Run(SystemKind kind, string folder, string? redis, bool stubDecisions, string[] settings, CancellationToken cancellation)
    {
        await using var app = EngineHost.Build(["--Personalization:DataDirectory", folder, .. settings], builder =>
        {
            Compose(builder, kind, folder, redis);
            if (stubDecisions) StubDecisions(builder.Services);
        });
        BenchDoors.Map(app);
        EmptyDoor.Map(app);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _ = Task.Run(
            async () =>
            {
                while (await Console.In.ReadLineAsync(CancellationToken.None) is not null) { }
                await ended.CancelAsync();
            },
            CancellationToken.None);
        await app.StartAsync(ended.Token);
        await app.WaitForShutdownAsync(ended.Token);
        return 0;
    }

    private static void StubDecisions(IServiceCollection services)
    {
        var log = services.Last(service => service.ServiceType == typeof(ILogAppender)).ImplementationFactory!;
        services.AddSingleton<ILogAppender>(provider => new StubbedDecisions((ILogAppender)log(provider)));
    }

    private static void Compose(WebApplicationBuilder builder, SystemKind kind, string folder, string? redis)
    {
        var services = builder.Services;
        services.AddSingleton<InProcessLoad>();
        if (kind.IsEngine())
        {
            services.AddSingleton<ISystemUnderTest, EngineUnderTest>();
            return;
        }

        if (redis is not null)
        {
            if (kind == SystemKind.RawStream) RedisBaseline.AddRawStream(services, redis);
            else RedisBaseline.AddGrains(services, redis);
            return;
        }

        // The engine's owners stand by over an empty log; every event goes to the baseline's grain instead.
        services.AddSingleton(provider => new SqliteGrainStorage(
            Path.Combine(folder, "grains.db"), kind == SystemKind.GroupedBaseline, provider.GetRequiredService<Serializer>()));
        services.AddKeyedSingleton<IGrainStorage>(StoredCustomerGrain.Storage, (provider, _) => provider.GetRequiredService<SqliteGrainStorage>());
        services.AddSingleton<ILogAppender, GrainAppender>();
        services.AddSingleton<ISystemUnderTest, BaselineUnderTest>();
    }
}
