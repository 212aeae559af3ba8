using Personalization.Storage.Redis;
using Personalization.TestKit.Redis;

namespace Personalization.Storage.Tests.Redis;

public sealed class RedisDurabilityTests
{
    [Theory]
    [InlineData("yes", "always", "0", "noeviction", null)]
    [InlineData("yes", "always", "0", "allkeys-lru", null)]
    [InlineData("yes", "always", "1048576", "allkeys-lru", "maxmemory-policy allkeys-lru")]
    [InlineData("yes", "everysec", "0", "noeviction", "two seconds")]
    [InlineData("yes", "no", "0", "noeviction", "half a minute")]
    [InlineData("no", "always", "0", "noeviction", "since its last snapshot")]
    [InlineData(null, null, null, null, "CONFIG is not allowed")]
    public void What_the_server_does_not_keep_is_said(string? appendOnly, string? appendFsync, string? maxMemory, string? policy, string? said)
    {
        var durability = RedisDurability.Judge(appendOnly, appendFsync, maxMemory, policy);
        Assert.Equal(said is null, durability.IsComplete);
        if (said is not null) Assert.Contains(said, durability.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_settings_of_a_real_server_are_read()
    {
        RedisServer.SkipUnlessInstalled();
        await using var durable = await RedisServer.StartDurable();
        using var connection = RedisConnection.Open(new() { Configuration = durable.Configuration });
        Assert.True((await RedisDurability.Read(connection)).IsComplete, (await RedisDurability.Read(connection)).ToString());
        using var shared = RedisConnection.Open(new() { Configuration = RedisServer.Shared.Configuration });
        Assert.Contains("appendonly no", (await RedisDurability.Read(shared)).ToString(), StringComparison.Ordinal);
    }
}
