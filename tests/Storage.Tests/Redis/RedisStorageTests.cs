using Microsoft.Extensions.Time.Testing;
using Personalization.Configuration;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Appending;
using Personalization.Storage.Redis;
using Personalization.Stores;
using Personalization.TestKit.Redis;
using StackExchange.Redis;
using Personalization.TestKit;

namespace Personalization.Storage.Tests.Redis;

public sealed class RedisStorageTests
{
    [Fact]
    public async Task Another_number_of_partitions_is_refused_with_both_numbers_and_the_setting()
    {
        await using var installation = await RedisInstallation.Open(2, TimeProvider.System);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => RedisStorage.Open(installation.Connection, installation.Options, 4));
        Assert.Contains("2 partitions", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Personalization:Partitions is 4", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installation_of_a_newer_schema_is_refused()
    {
        await using var installation = await RedisInstallation.Open(2, TimeProvider.System);
        await installation.Connection.GetDatabase().HashSetAsync($"{installation.Options.KeyPrefix}:meta", "schema", 99);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => RedisStorage.Open(installation.Connection, installation.Options, 2));
        Assert.Contains("schema version 99", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_redis_that_is_not_there_is_told_in_a_sentence_without_the_password()
    {
        var options = new RedisOptions { Configuration = "127.0.0.1:1,password=secret", StartTimeout = TimeSpan.FromMilliseconds(300), Timeout = TimeSpan.FromMilliseconds(200) };
        var fault = Assert.Throws<InvalidOperationException>(() => RedisConnection.Open(options));
        Assert.Contains("127.0.0.1:1", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connectTimeout=100", "names no server")]
    [InlineData("localhost:6379,nonsense=1", "cannot be read")]
    [InlineData("localhost:6379", null)]
    public void Connection_settings_that_cannot_be_read_are_told(string configuration, string? said)
    {
        var fault = RedisConnection.Fault(new RedisOptions { Configuration = configuration });
        if (said is null) Assert.Null(fault);
        else Assert.Contains(said, fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redis_that_hangs_is_given_up_after_the_timeout_and_no_later()
    {
        await using var installation = await RedisInstallation.Open(2, TimeProvider.System);
        await using var proxy = new SlowProxy(RedisServer.Shared.Port);
        var options = new RedisOptions { Configuration = $"127.0.0.1:{proxy.Port}", KeyPrefix = installation.Options.KeyPrefix, Timeout = TimeSpan.FromMilliseconds(100) };
        await using var connection = RedisConnection.Open(options);
        using var storage = await RedisStorage.Open(connection, options, 2);
        proxy.Delay = TimeSpan.FromMinutes(1);

        for (var i = 0; i < 4; i++)
        {
            var fault = await Assert.ThrowsAsync<TimeoutException>(() => storage.Log.ReadHead(0).AsTask());
            // The client, which looks once a second, would say it in other words.
            Assert.Equal("Redis does not answer: nothing within 0.1 s", fault.Message);
        }
    }

    [Fact]
    public async Task A_reader_is_woken_by_an_append_of_another_process()
    {
        await using var installation = await RedisInstallation.Open(2, new FakeTimeProvider());
        using var connection = RedisConnection.Open(installation.Options);
        using var other = await RedisStorage.Open(connection, installation.Options, 2);
        var read = installation.Storage.Log.Read(new ReadRequest(1, 0, Wait: TimeSpan.FromHours(1))).AsTask();
        await Append(other.Log, 1, 1);
        Assert.Single((await read.WaitAsync(Patience.Limit)).Entries);
    }

    [Fact]
    public async Task A_reader_whose_message_was_lost_looks_by_itself()
    {
        var time = new FakeTimeProvider();
        await using var installation = await RedisInstallation.Open(1, time);
        var read = installation.Storage.Log.Read(new ReadRequest(0, 0, Wait: TimeSpan.FromHours(1))).AsTask();
        await Append(installation.Storage.Log, 0, 1);
        await read.WaitAsync(Patience.Limit);

        // Entries that come without a message: written as a failover would leave them.
        var waiting = installation.Storage.Log.Read(new ReadRequest(0, 1, Wait: TimeSpan.FromHours(1))).AsTask();
        var database = installation.Connection.GetDatabase();
        await database.StreamAddAsync($"{installation.Options.KeyPrefix}:{{0}}:log", [new("t", 1), new("b", "x")], "2-0");
        await database.HashSetAsync($"{installation.Options.KeyPrefix}:{{0}}:head", "tail", 2);
        while (!waiting.IsCompleted)
        {
            time.Advance(installation.Options.PollInterval);
            await Task.WhenAny(waiting, Task.Delay(20));
        }

        Assert.Equal([2L], (await waiting).Entries.Select(entry => entry.Position));
    }

    [Fact]
    public async Task A_server_that_is_killed_has_all_that_it_answered_and_takes_the_next_append_without_ado()
    {
        RedisServer.SkipUnlessInstalled();
        await using var server = await RedisServer.StartDurable();
        var options = new RedisOptions { Configuration = server.Configuration };
        using var connection = RedisConnection.Open(options);
        using var storage = await RedisStorage.Open(connection, options, 1);
        var epoch = (await storage.Store.Claim(0, 5)).Epoch;
        await using var appender = new GroupAppender(storage.Log, storage.Store);
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal([i], await appender.Append(0, [new AppendItem([(byte)i])]));
            var fence = new OwnerFence(epoch, (await storage.Log.ReadHead(0)).Generation);
            await storage.Store.Commit(new CommitChunk(0, fence, [new CustomerWrite { Customer = CustomerKey.Parse("default/a"), Base = i - 1, Applied = i, Row = [(byte)i] }]));
            await server.Kill();
            await Assert.ThrowsAnyAsync<Exception>(async () => await storage.Log.ReadHead(0));
            await server.Restart();
            Assert.Equal(i, (await Again(() => storage.Log.ReadHead(0).AsTask())).Tail);
            Assert.Equal(i, (await storage.Store.ReadCustomer(0, CustomerKey.Parse("default/a")))!.Applied);
        }
    }

    [Fact]
    public async Task An_append_whose_server_is_away_is_told_so_and_lands_once_when_it_is_back_and_new_ones_are_refused_at_once()
    {
        RedisServer.SkipUnlessInstalled();
        await using var server = await RedisServer.StartDurable();
        var options = new RedisOptions { Configuration = server.Configuration };
        using var connection = RedisConnection.Open(options);
        using var storage = await RedisStorage.Open(connection, options, 1);
        await using var appender = new GroupAppender(storage.Log, storage.Store);
        await appender.Append(0, [new AppendItem([1])]);
        await server.Kill();
        await Assert.ThrowsAsync<TimeoutException>(() => appender.Append(0, [new AppendItem([2])]).AsTask().WaitAsync(Patience.Limit));
        var refused = await Assert.ThrowsAsync<LogUnavailableException>(() => appender.Append(0, [new AppendItem([3])]).AsTask());
        Assert.Contains("does not answer", refused.Message, StringComparison.Ordinal);
        await server.Restart();
        while (true)
        {
            try
            {
                Assert.Equal([3], await appender.Append(0, [new AppendItem([4])]));
                break;
            }
            catch (LogUnavailableException)
            {
                await Task.Delay(20);
            }
        }

        Assert.Equal([1, 2, 4], (await storage.Log.Read(new ReadRequest(0, 0))).Entries.Select(entry => (int)entry.Bytes[0]));
    }

    [Fact]
    public async Task An_empty_redis_in_the_place_of_the_former_is_noticed_as_a_log_that_went_back()
    {
        await using var installation = await RedisInstallation.Open(1, TimeProvider.System);
        var log = installation.Storage.Log;
        var reply = await Append(log, 0, 3);
        await installation.Connection.GetDatabase().KeyDeleteAsync(
            [.. new[] { "head", "log", "writers" }.Select(part => (RedisKey)$"{installation.Options.KeyPrefix}:{{0}}:{part}")]);
        var head = await log.ReadHead(0);
        Assert.Equal(0, head.Tail);
        Assert.NotEqual(reply.Head.Generation, head.Generation);
        Assert.Equal(AppendStatus.WrongGeneration, (await log.Append(new AppendRequest(0, reply.Head.Generation, 1, 2, 3, [new AppendItem([1])]))).Status);
        Assert.Equal(AppendStatus.WentBack, (await log.Append(new AppendRequest(0, head.Generation, 1, 2, 3, [new AppendItem([1])]))).Status);
    }

    private static async Task<AppendReply> Append(IPartitionLog log, int partition, int entries) => await log.Append(new AppendRequest(
        partition, (await log.ReadHead(partition)).Generation, 1, 1, 0, [.. Enumerable.Range(0, entries).Select(i => new AppendItem([(byte)i]))]));

    /// <summary>A call that is made again until the connection is back.</summary>
    private static async Task<T> Again<T>(Func<Task<T>> call)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            try
            {
                return await call();
            }
            catch (TimeoutException) when (!patience.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }
}
