using CsCheck;
using Personalization.Grains.Placement;

namespace Personalization.Grains.Tests.Placement;

public sealed class PartitionTableTests
{
    private static readonly Gen<string[]> Silos = Gen.Int[1, 1_000_000].Array[1, 12].Select(ports => ports.Distinct().Select(port => $"10.0.0.1:{port}@7").ToArray());

    [Fact]
    public void Partitions_are_spread_evenly_to_within_one() => Gen.Select(Gen.Int[1, 1024], Silos).Sample((partitions, silos) =>
    {
        var load = new int[silos.Length];
        foreach (var silo in PartitionTable.Assign(partitions, silos)) load[silo]++;
        return load.Max() - load.Min() <= 1;
    });

    [Fact]
    public void The_order_in_which_silos_are_seen_does_not_matter() => Gen.Select(Gen.Int[1, 256], Silos).Sample((partitions, silos) =>
    {
        var reversed = silos.Reverse().ToArray();
        var first = PartitionTable.Assign(partitions, silos).Select(silo => silos[silo]);
        return first.SequenceEqual(PartitionTable.Assign(partitions, reversed).Select(silo => reversed[silo]));
    });

    [Fact]
    public void A_silo_that_joins_takes_its_share_and_few_others_change_hands()
    {
        string[] three = ["a", "b", "c"], four = ["a", "b", "c", "d"];
        var before = PartitionTable.Assign(64, three);
        var after = PartitionTable.Assign(64, four);
        Assert.Equal(16, after.Count(silo => silo == 3));
        var moved = Enumerable.Range(0, 64).Count(partition => three[before[partition]] != four[after[partition]]);
        Assert.InRange(moved, 16, 32);
    }
}
