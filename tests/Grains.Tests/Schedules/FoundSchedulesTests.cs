namespace Personalization.Grains.Tests.Schedules;

/// <summary>Schedules that once found a fault, shrunk.</summary>
public sealed class FoundSchedulesTests
{
    [Fact]
    public void A_drain_waits_for_the_position_to_be_stored_and_not_only_known() =>
        World.Run(new Schedule(105857, [new(StepKind.Fault, 2, 45), new(StepKind.Unreadable, 1, 75), new(StepKind.Fault, 1, 9)]), readersSeeAll: true);
}
