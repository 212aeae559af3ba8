using Personalization.Configuration;

namespace Personalization.Storage.Tests.Redis;

public sealed class RedisOptionsTests
{
    public static TheoryData<string, Action<PersonalizationOptions>> Faults => new()
    {
        { "Redis:Configuration must say where Redis is", options => options.Redis.Configuration = null },
        { "Redis:Configuration is set, but Storage is Embedded", options => options.Storage = StorageKind.Embedded },
        { "Redis:KeyPrefix must be", options => options.Redis.KeyPrefix = "a{b}" },
        { "Redis:KeyPrefix must be", options => options.Redis.KeyPrefix = "" },
        { "Redis:Timeout must be between", options => options.Redis.Timeout = TimeSpan.FromMilliseconds(1) },
        { "Redis:StartTimeout must be at least Redis:Timeout (00:00:05)", options => options.Redis.StartTimeout = TimeSpan.FromSeconds(4) },
        { "Redis:PollInterval must be at least 10 ms", options => options.Redis.PollInterval = TimeSpan.Zero },
        { "Redis:PollInterval must be shorter than Limits:PartitionAge (00:00:30)", options => options.Redis.PollInterval = TimeSpan.FromSeconds(30) },
        { "Redis:Timeout must be shorter than Owner:ParkAfter (00:00:04)", options => options.Owner.ParkAfter = TimeSpan.FromSeconds(4) },
    };

    [Fact]
    public void Redis_needs_nothing_but_where_it_is_and_has_64_partitions() =>
        Assert.Equal((0, 64, 16), (PersonalizationOptionsValidator.Validate(Valid()).Count, Valid().Partitions, new PersonalizationOptions().Partitions));

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Each_fault_is_told_once(string fault, Action<PersonalizationOptions> change)
    {
        var options = Valid();
        change(options);
        Assert.StartsWith($"Personalization:{fault}", Assert.Single(PersonalizationOptionsValidator.Validate(options)), StringComparison.Ordinal);
    }

    private static PersonalizationOptions Valid() => new() { Storage = StorageKind.Redis, Redis = { Configuration = "localhost:6379" } };
}
