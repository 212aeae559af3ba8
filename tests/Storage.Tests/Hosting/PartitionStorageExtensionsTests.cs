using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Personalization.Configuration;
using Personalization.Log;
using Personalization.Storage.Hosting;
using Personalization.Storage.Sqlite;
using Personalization.Stores;
using Personalization.TestKit.Redis;

namespace Personalization.Storage.Tests.Hosting;

public sealed class PartitionStorageExtensionsTests
{
    [Theory]
    [InlineData(StorageKind.Memory)]
    [InlineData(StorageKind.Embedded)]
    [InlineData(StorageKind.Redis)]
    public async Task A_host_has_log_stores_and_appender_and_closes_them(StorageKind kind)
    {
        using var folder = new TemporaryFolder();
        var options = new PersonalizationOptions { Storage = kind, DataDirectory = folder.File("data"), Partitions = 3 };
        if (kind == StorageKind.Redis)
        {
            RedisServer.SkipUnlessInstalled();
            options.Redis.Configuration = RedisServer.Shared.Configuration;
            options.Redis.KeyPrefix = $"h{Guid.NewGuid():n}";
        }

        for (var run = 1; run <= 2; run++)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddPartitionStorage(options);
            var host = builder.Build();
            await host.StartAsync();
            Assert.Equal(3, host.Services.GetRequiredService<IPartitionLog>().Partitions);
            Assert.Equal([kind == StorageKind.Memory ? 1 : run], await host.Services.GetRequiredService<ILogAppender>().Append(1, [new AppendItem([1])]));
            Assert.Equal(0, (await host.Services.GetRequiredService<IPartitionStore>().ReadPartition(1)).Position);
            Assert.Null(await host.Services.GetRequiredService<IDocumentStore>().Read("a"));
            Assert.Empty(await host.Services.GetRequiredService<INameStore>().Read([1]));
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    [Fact]
    public async Task A_directory_that_is_in_use_ends_the_start_with_its_message()
    {
        using var folder = new TemporaryFolder();
        using var other = new EmbeddedStorage(folder.Path, 2);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPartitionStorage(new PersonalizationOptions { DataDirectory = folder.Path, Partitions = 2 });
        using var host = builder.Build();
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains("in use by another engine", fault.Message, StringComparison.Ordinal);
    }
}
