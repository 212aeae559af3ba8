namespace Personalization.Grains.Tests.Schedules;

/// <summary>Schedules that once found a fault, shrunk.</summary>
public sealed class FoundSchedulesTests
{
    [Fact]
    public void A_drain_waits_for_the_position_to_be_stored_and_not_only_known() =>
        World.Run(new Schedule(105857, [new(StepKind.Fault, 2, 45), new(StepKind.Unreadable, 1, 75), new(StepKind.Fault, 1, 9)]), readersSeeAll: true);

    [Fact]
    public void A_park_that_is_stored_again_after_it_has_ended_ends_again() => World.Run(
        new Schedule(
            447041,
            [
                new(StepKind.Fault, 2, 19), new(StepKind.Append, 0, 0), new(StepKind.Append, 1, 75), new(StepKind.Append, 2, 11), new(StepKind.Append, 0, 26), new(StepKind.KillCustomer, 0, 95),
                new(StepKind.Append, 0, 99), new(StepKind.Hang, 1, 12), new(StepKind.KillCustomer, 2, 86), new(StepKind.Hint, 0, 66), new(StepKind.Pass, 2, 67), new(StepKind.Append, 0, 84), new(StepKind.Hint, 1, 66),
                new(StepKind.Pass, 1, 18), new(StepKind.Fault, 2, 27), new(StepKind.Fault, 0, 54), new(StepKind.Pass, 1, 10), new(StepKind.Hint, 2, 48), new(StepKind.KillCustomer, 1, 61), new(StepKind.Pass, 1, 30),
                new(StepKind.Fault, 1, 79), new(StepKind.KillCustomer, 1, 31), new(StepKind.Append, 2, 86),
            ]),
        readersSeeAll: true);

    [Fact]
    public void An_owner_that_read_nothing_yet_notices_a_power_loss() => World.Run(
        new Schedule(
            30795,
            [
                new(StepKind.Sync, 0, 19), new(StepKind.Fault, 1, 36), new(StepKind.Fault, 1, 31), new(StepKind.Pass, 2, 34), new(StepKind.SecondCustomer, 2, 62), new(StepKind.Fault, 1, 28), new(StepKind.Append, 2, 48),
                new(StepKind.Fault, 0, 72), new(StepKind.Append, 1, 91), new(StepKind.SecondCustomer, 0, 79), new(StepKind.SecondOwner, 0, 3), new(StepKind.Pass, 1, 8), new(StepKind.Hint, 1, 68), new(StepKind.LosePower, 0, 61),
                new(StepKind.Hint, 1, 1), new(StepKind.Pass, 0, 90), new(StepKind.Append, 0, 27), new(StepKind.Fault, 2, 17),
            ]),
        readersSeeAll: false);

    [Fact]
    public void Customers_that_knew_a_tenure_which_was_lost_take_the_next_one() => World.Run(
        new Schedule(
            275768,
            [
                new(StepKind.Append, 0, 85), new(StepKind.Append, 1, 65), new(StepKind.Append, 0, 89), new(StepKind.Append, 1, 39), new(StepKind.Append, 1, 40), new(StepKind.StopOwner, 2, 24), new(StepKind.Append, 2, 22),
                new(StepKind.Hint, 2, 19), new(StepKind.Pass, 2, 44), new(StepKind.Append, 2, 56), new(StepKind.Fault, 0, 82), new(StepKind.KillCustomer, 1, 74), new(StepKind.Hours, 2, 39), new(StepKind.Read, 1, 22),
                new(StepKind.Fault, 1, 45), new(StepKind.Hint, 1, 90), new(StepKind.Fault, 1, 33), new(StepKind.SecondCustomer, 0, 38), new(StepKind.Sync, 1, 41), new(StepKind.Append, 0, 63), new(StepKind.Pass, 2, 67),
                new(StepKind.Pass, 1, 69), new(StepKind.LosePower, 2, 63), new(StepKind.Pass, 0, 86), new(StepKind.Hang, 0, 67), new(StepKind.Pass, 1, 13), new(StepKind.Pass, 2, 24), new(StepKind.Append, 1, 85),
                new(StepKind.Hint, 1, 0), new(StepKind.LosePower, 1, 90), new(StepKind.KillOwner, 0, 33), new(StepKind.LosePower, 0, 78),
            ]),
        readersSeeAll: false);
}
