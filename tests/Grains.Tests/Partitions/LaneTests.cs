using Personalization.Customers;
using Personalization.Grains.Partitions;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Tests.Partitions;

public sealed class LaneTests
{
    private static Lane Filled(params long[] positions)
    {
        var lane = new Lane(CustomerKey.Create("default", CustomerKeyKind.Customer, "ann"));
        foreach (var position in positions) lane.Add(new TakenEntry(new LogEntry(position, 0, [1]), 0));
        return lane;
    }

    [Fact]
    public void Entries_are_delivered_in_order_and_once_confirmed_not_again()
    {
        var lane = Filled(3, 7, 9);
        Assert.Equal([3L, 7L], lane.Next(2, 1 << 20).Select(entry => entry.Position));
        lane.Delivered(7);
        Assert.Equal(7, lane.Previous);
        Assert.Equal([9L], lane.Next(10, 1 << 20).Select(entry => entry.Position));
    }

    [Fact]
    public void A_customer_that_lost_its_memory_gets_again_what_is_not_saved()
    {
        var lane = Filled(3, 7, 9);
        lane.Delivered(9);
        lane.PassUpTo(3);
        Assert.False(lane.HasUndelivered);

        lane.Rewind(3);
        Assert.Equal(3, lane.Previous);
        Assert.Equal([7L, 9L], lane.Next(10, 1 << 20).Select(entry => entry.Position));
    }

    [Fact]
    public void After_a_loss_the_next_delivery_names_what_the_customer_must_still_have()
    {
        var lane = Filled(3, 7, 9);
        Assert.Equal(ApplyRequest.Unknown, lane.Previous);
        lane.Delivered(9);

        lane.Rewind(7);
        Assert.Equal(7, lane.Previous);
        lane.PassUpTo(3);
        lane.Rewind(0);
        Assert.Equal(3, lane.Previous);
    }

    [Fact]
    public void At_least_one_entry_is_delivered_whatever_its_size()
    {
        var lane = Filled(1, 2);
        Assert.Single(lane.Next(10, 0));
    }

    [Fact]
    public void What_is_saved_leaves_and_is_passed()
    {
        var lane = Filled(3, 7);
        lane.Delivered(3);
        Assert.True(lane.IsDirty);
        lane.PassUpTo(3);
        Assert.False(lane.IsDirty);
        Assert.Equal(7, lane.First?.Position);
        Assert.Equal([7L], lane.After(0).Select(entry => entry.Position));
    }
}
