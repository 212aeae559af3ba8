using CsCheck;

namespace Personalization.Grains.Tests.Schedules;

/// <summary>What can be done, or can happen.</summary>
internal enum StepKind
{
    /// <summary>An entry of a customer is accepted; the argument says which.</summary>
    Append,

    /// <summary>Bytes that are no entry are accepted.</summary>
    Unreadable,

    /// <summary>A hint from the stream: from argument − 2 positions after the cursor on, so repeated, right or with a hole.</summary>
    Hint,

    /// <summary>So many times 50 ms pass.</summary>
    Pass,

    /// <summary>Two hours pass: sessions end.</summary>
    Hours,

    /// <summary>The next call at a boundary goes wrong; the argument says where and how.</summary>
    Fault,

    /// <summary>The customer's activation is gone; the next call makes another.</summary>
    KillCustomer,

    /// <summary>A second activation of the customer, while the first goes on to be called too.</summary>
    SecondCustomer,

    /// <summary>The customer does not answer, or (odd argument) does again.</summary>
    Hang,

    /// <summary>Another owner claims the partition while the one before is at work.</summary>
    SecondOwner,

    /// <summary>The owner is gone with all it had in memory; calls it made may still arrive.</summary>
    KillOwner,

    /// <summary>The owner stops as a silo does that is shut down.</summary>
    StopOwner,

    /// <summary>A reader asks for the customer's profile.</summary>
    Read,

    /// <summary>Log and store reach the disk; what comes later may be lost.</summary>
    Sync,

    /// <summary>The machine of log and store loses what has not reached the disk, while everything that uses them goes on.</summary>
    LosePower,

    /// <summary>A dead letter is driven again.</summary>
    Redrive,
}

/// <summary>One step of a schedule.</summary>
internal readonly record struct Step(StepKind Kind, int Customer, int Argument)
{
    public override string ToString() => $"new(StepKind.{Kind}, {Customer}, {Argument})";
}

/// <summary>A schedule: its steps, and the seed of how long calls take.</summary>
internal sealed record Schedule(int Seed, Step[] Steps)
{
    /// <summary>As it can be put into a test.</summary>
    public override string ToString() => $"new Schedule({Seed}, [{string.Join(", ", Steps)}])";

    /// <summary>Everything but two activations at once and power losses: then whoever reads must see exactly what the log holds.</summary>
    public static Gen<Schedule> Crashes { get; } = Of(
        (30, StepKind.Append), (1, StepKind.Unreadable), (8, StepKind.Hint), (14, StepKind.Pass), (1, StepKind.Hours), (12, StepKind.Fault), (6, StepKind.KillCustomer),
        (3, StepKind.Hang), (2, StepKind.SecondOwner), (2, StepKind.KillOwner), (2, StepKind.StopOwner), (6, StepKind.Read), (1, StepKind.Redrive));

    /// <summary>Everything.</summary>
    public static Gen<Schedule> Everything { get; } = Of(
        (30, StepKind.Append), (1, StepKind.Unreadable), (8, StepKind.Hint), (14, StepKind.Pass), (1, StepKind.Hours), (12, StepKind.Fault), (6, StepKind.KillCustomer), (4, StepKind.SecondCustomer),
        (3, StepKind.Hang), (3, StepKind.SecondOwner), (2, StepKind.KillOwner), (2, StepKind.StopOwner), (6, StepKind.Read), (3, StepKind.Sync), (3, StepKind.LosePower), (1, StepKind.Redrive));

    private static Gen<Schedule> Of(params (int, StepKind)[] kinds) => Gen.Select(
        Gen.Int[0, 1_000_000],
        Gen.Select(Gen.Frequency([.. kinds.Select(kind => (kind.Item1, Gen.Const(kind.Item2)))]), Gen.Int[0, 2], Gen.Int[0, 99], (kind, customer, argument) => new Step(kind, customer, argument)).Array[1, 40],
        (seed, steps) => new Schedule(seed, steps));
}
