using CsCheck;
using Personalization.Grains.Partitions;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Tests.Partitions;

public sealed class ObligationsTests
{
    private static LogEntry Entry(long position) => new(position, position, [(byte)position]);

    private static CustomerKey Customer(int number) => CustomerKey.Create("default", CustomerKeyKind.Customer, $"c{number}");

    [Fact]
    public void The_committed_position_stands_before_the_lowest_entry_that_is_not_saved()
    {
        var obligations = new Obligations(0, 0, 0);
        var a = obligations.Take(Entry(1), Customer(1), 10);
        var b = obligations.Take(Entry(2), Customer(2), 20);
        obligations.Take(Entry(3), Customer(1), 5);

        obligations.Saved(b, 2);
        Assert.Equal(0, obligations.Committed);

        obligations.Saved(a, 1);
        Assert.Equal(2, obligations.Committed);
        Assert.Equal(20, obligations.CommittedEventTime);

        obligations.Saved(a, 3);
        Assert.Equal(3, obligations.Committed);
        Assert.Empty(obligations.Lanes);
    }

    [Fact]
    public void A_parked_customer_no_longer_holds_the_position_back()
    {
        var obligations = new Obligations(0, 0, 0);
        var hung = obligations.Take(Entry(1), Customer(1), 1);
        var other = obligations.Take(Entry(2), Customer(2), 2);
        obligations.Saved(other, 2);

        Assert.Equal(1, obligations.Park(hung));
        Assert.Equal(2, obligations.Committed);
    }

    [Fact]
    public void A_call_that_ends_late_does_not_drop_the_lane_that_its_customer_has_since()
    {
        var obligations = new Obligations(0, 0, 0);
        var before = obligations.Take(Entry(1), Customer(1), 1);
        obligations.Park(before);
        var present = obligations.Take(Entry(2), Customer(1), 2);

        obligations.Saved(before, 1);
        Assert.Same(present, obligations.Lanes[Customer(1)]);
        obligations.Park(before);
        Assert.Same(present, obligations.Lanes[Customer(1)]);
        Assert.Equal(1, obligations.Committed);
        Assert.Equal(1, obligations.UncommittedBytes);
    }

    [Fact]
    public void An_unreadable_entry_is_written_with_the_position_that_passes_it()
    {
        var obligations = new Obligations(0, 0, 0);
        var lane = obligations.Take(Entry(1), Customer(1), 1);
        obligations.TakeUnreadable(Entry(2), "not an entry");
        Assert.Empty(obligations.UnreadableUpToCommitted());

        obligations.Saved(lane, 1);
        Assert.Equal(2, obligations.Committed);
        Assert.Equal([2L], obligations.UnreadableUpToCommitted().Select(letter => letter.Position));

        obligations.DropUnreadable(2);
        Assert.Empty(obligations.UnreadableUpToCommitted());
    }

    [Fact]
    public void A_new_generation_jumps_over_positions_that_were_never_given()
    {
        var obligations = new Obligations(4, 0, 0);
        var lane = obligations.Take(Entry(5), Customer(1), 1);
        obligations.JumpTo(100);
        Assert.Equal(4, obligations.Committed);

        obligations.Saved(lane, 5);
        Assert.Equal(99, obligations.Committed);
        Assert.Throws<InvalidOperationException>(() => obligations.Take(Entry(50), Customer(1), 1));
    }

    [Fact]
    public void For_any_order_of_saves_it_is_the_lowest_unsaved_less_one() =>
        Gen.Select(Gen.Int[1, 5].Array[1, 60], Gen.Int[0, 1000].Array[1, 60]).Sample((customers, order) =>
        {
            var obligations = new Obligations(0, 0, 0);
            var unsaved = new SortedDictionary<long, int>();
            for (var i = 0; i < customers.Length; i++)
            {
                obligations.Take(Entry(i + 1), Customer(customers[i]), i);
                unsaved.Add(i + 1, customers[i]);
            }

            foreach (var draw in order)
            {
                var lane = obligations.Lanes.Values.OrderBy(lane => lane.Customer.Text, StringComparer.Ordinal).ElementAtOrDefault(draw % Math.Max(1, obligations.Lanes.Count));
                if (lane is null) break;
                var upTo = draw % 2 == 0 ? lane.Last : lane.First!.Value.Position;
                var number = unsaved.First(pair => Customer(pair.Value) == lane.Customer).Value;
                foreach (var position in unsaved.Where(pair => pair.Value == number && pair.Key <= upTo).Select(pair => pair.Key).ToList()) unsaved.Remove(position);
                obligations.Saved(lane, upTo);
                Assert.Equal(unsaved.Count == 0 ? customers.Length : unsaved.Keys.First() - 1, obligations.Committed);
            }
        });
}
