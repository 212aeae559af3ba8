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
    public void An_owner_that_read_nothing_yet_notices_that_the_log_went_back() => World.Run(
        new Schedule(
            30795,
            [
                new(StepKind.CopyLog, 0, 19), new(StepKind.Fault, 1, 36), new(StepKind.Fault, 1, 31), new(StepKind.Pass, 2, 34), new(StepKind.SecondCustomer, 2, 62), new(StepKind.Fault, 1, 28), new(StepKind.Append, 2, 48),
                new(StepKind.Fault, 0, 72), new(StepKind.Append, 1, 91), new(StepKind.SecondCustomer, 0, 79), new(StepKind.SecondOwner, 0, 3), new(StepKind.Pass, 1, 8), new(StepKind.Hint, 1, 68), new(StepKind.RestoreLog, 0, 61),
                new(StepKind.Hint, 1, 1), new(StepKind.Pass, 0, 90), new(StepKind.Append, 0, 27), new(StepKind.Fault, 2, 17),
            ]),
        readersSeeAll: false);
}
