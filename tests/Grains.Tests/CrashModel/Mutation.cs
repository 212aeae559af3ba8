namespace Personalization.Grains.Tests.CrashModel;

/// <summary>One rule of the protocol left out, to prove that the model would notice.</summary>
public enum Mutation
{
    /// <summary>The protocol as it is.</summary>
    None,

    /// <summary>The position goes to the cursor, whatever is unsaved below it.</summary>
    IgnoreObligations,

    /// <summary>Entries are forgotten when they were collected and not when they were saved.</summary>
    ForgetBeforeSaved,

    /// <summary>A commit is written whatever version it builds on.</summary>
    IgnoreVersions,

    /// <summary>A customer folds on although entries before are missing.</summary>
    IgnoreGap,

    /// <summary>A customer folds again what it had folded.</summary>
    IgnoreApplied,

    /// <summary>Below what is known to be saved nothing can be delivered again; the customer is not told to reload.</summary>
    RedeliverBelowSaved,

    /// <summary>An unknown outcome is sent again as a new group.</summary>
    NewCounterAfterUnknown,

    /// <summary>A hint above the cursor is used without reading the hole.</summary>
    SkipHole,

    /// <summary>A park is kept in the owner's memory only.</summary>
    ParkInMemory,

    /// <summary>Any commit of a customer ends its park.</summary>
    ClearParkAlways,

    /// <summary>A customer is parked while the outcome of its commit, which ends an earlier park, is unknown.</summary>
    ParkWhileCommitting,

    /// <summary>A wake-up acts again although it has acted.</summary>
    RepeatWakeUps,

    /// <summary>A customer keeps its memory under a new tenure.</summary>
    KeepMemory,

    /// <summary>A new generation starts at the tail that is left, not above what was folded.</summary>
    StartAtTail,

    /// <summary>A commit is written although the log lost what was folded.</summary>
    CommitLost,

    /// <summary>The position moves over what the log lost.</summary>
    AdvanceOverLost,

    /// <summary>A customer is parked from a lost entry on.</summary>
    ParkLost,

    /// <summary>A log that is long enough again counts as the one that was read, whatever it holds there.</summary>
    CompareTailOnly,

    /// <summary>The bytes at the position are compared and not when they were appended.</summary>
    IgnoreLogTime,

    /// <summary>That the store lost writes which the owner believes in is not noticed.</summary>
    IgnoreLostWrites,

    /// <summary>The next claim is not told what the ended tenure had taken.</summary>
    ForgetEnded,

    /// <summary>A hint is used although it follows on another entry than the one that was taken.</summary>
    TrustHints,

    /// <summary>What a reader was given before it was taken is not compared when its position is taken.</summary>
    ForgetHandedOut,

    /// <summary>What a parked customer is filled with is not compared with what was taken.</summary>
    FillBlindly,
}
