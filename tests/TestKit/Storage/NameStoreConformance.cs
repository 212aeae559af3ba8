using Xunit;

namespace Personalization.TestKit.Storage;

/// <summary>What every name store does, whatever it is made of.</summary>
public abstract class NameStoreConformance : PartitionStoreSuite
{
    [Fact]
    public async Task Names_are_read_back_and_unknown_hashes_left_out()
    {
        await Fixture.Names.Write(new Dictionary<ulong, string> { [1] = "one", [ulong.MaxValue] = "größt" });
        await Fixture.Reopen();
        Assert.Equal(new Dictionary<ulong, string> { [1] = "one", [ulong.MaxValue] = "größt" }, (await Fixture.Names.Read([1, 2, ulong.MaxValue])).ToDictionary());
        Assert.Empty(await Fixture.Names.Read([]));
    }

    [Fact]
    public async Task A_name_that_is_there_stays()
    {
        await Fixture.Names.Write(new Dictionary<ulong, string> { [1] = "first" });
        await Fixture.Names.Write(new Dictionary<ulong, string> { [1] = "second", [2] = "two" });
        await Fixture.Reopen();
        await Fixture.Names.Write(new Dictionary<ulong, string> { [1] = "third" });
        Assert.Equal(new Dictionary<ulong, string> { [1] = "first", [2] = "two" }, (await Fixture.Names.Read([1, 2])).ToDictionary());
    }
}
