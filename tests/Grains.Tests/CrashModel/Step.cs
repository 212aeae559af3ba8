using System.Globalization;
using CsCheck;
using Personalization.TestKit.Storage;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>What can happen next in the world.</summary>
public enum Happening
{
    Append, LateAppend, Hint, DropHint, TakeFromLog, Deliver, Collect, Commit, LateCommit, Advance, Park, Unpark, FallSilent, CrashCustomer, Read, CrashOwner, NewOwner,
    WakeUp, KeepCopy, LosePower, RestoreLog,
}

/// <summary>One step of a schedule. The numbers choose among what is there, so that every step of every schedule means something.</summary>
public readonly record struct Step(Happening What, int Who, int Which, Fault Fault)
{
    /// <summary>Schedules in which logs keep what they acknowledged.</summary>
    public static Gen<Step[]> Faithful { get; } = Schedules(goesBack: false);

    /// <summary>Schedules in which log and store lose their last moments under a running system, and in which the log alone is put back between two.</summary>
    public static Gen<Step[]> Forgetful { get; } = Schedules(goesBack: true);

    public override string ToString() => $"{What}({Who},{Which}{(Fault == Fault.None ? "" : $",{Fault}")})";

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static Step Parse(string text)
    {
        var parts = text.TrimEnd(')').Split('(', ',');
        return new Step(
            Enum.Parse<Happening>(parts[0]), int.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture),
            parts.Length > 3 ? Enum.Parse<Fault>(parts[3]) : Fault.None);
    }

    private static Gen<Step[]> Schedules(bool goesBack)
    {
        var back = goesBack ? 2 : 0;
        var what = Gen.Frequency(
            (10, Gen.Const(Happening.Append)), (2, Gen.Const(Happening.LateAppend)), (4, Gen.Const(Happening.Hint)), (1, Gen.Const(Happening.DropHint)),
            (6, Gen.Const(Happening.TakeFromLog)), (12, Gen.Const(Happening.Deliver)), (8, Gen.Const(Happening.Collect)), (9, Gen.Const(Happening.Commit)),
            (2, Gen.Const(Happening.LateCommit)), (6, Gen.Const(Happening.Advance)), (2, Gen.Const(Happening.Park)), (2, Gen.Const(Happening.Unpark)),
            (1, Gen.Const(Happening.FallSilent)), (3, Gen.Const(Happening.CrashCustomer)), (2, Gen.Const(Happening.Read)), (1, Gen.Const(Happening.CrashOwner)),
            (3, Gen.Const(Happening.NewOwner)), (3, Gen.Const(Happening.WakeUp)), (back, Gen.Const(Happening.KeepCopy)), (2 * back, Gen.Const(Happening.LosePower)),
            (back / 2, Gen.Const(Happening.RestoreLog)));
        var fault = Gen.Frequency((8, Gen.Const(Fault.None)), (1, Gen.Const(Fault.LostReply)), (1, Gen.Const(Fault.LostRequest)));
        return Gen.Select(what, Gen.Int[0, 2], Gen.Int[0, 3], fault, (kind, who, which, broken) => new Step(kind, who, which, broken)).Array[1, 70];
    }
}
