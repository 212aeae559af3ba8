namespace Personalization.Engine.Profiles;

/// <summary>What became of one entry.</summary>
public enum FoldVerdict : byte
{
    /// <summary>It is in the profile.</summary>
    Folded = 0,

    /// <summary>It is older than the lateness allows (or than the bounded tail): it changed totals only.</summary>
    Late = 1,

    /// <summary>Its id is remembered, so it had been folded before: it changed nothing.</summary>
    Duplicate = 2,

    /// <summary>It cannot be folded; the profile is as before. The outcome's reason says why.</summary>
    Rejected = 3,

    /// <summary>It is in order, and there was nothing to do: a stale wake-up, a repeat on an erased customer.</summary>
    NoEffect = 4,
}

/// <summary>How the fold of one entry ended.</summary>
/// <param name="Verdict">What became of it.</param>
/// <param name="Reason">Why it was rejected, or refused without effect; else null.</param>
public readonly record struct FoldOutcome(FoldVerdict Verdict, string? Reason)
{
    internal static FoldOutcome Folded => new(FoldVerdict.Folded, null);

    internal static FoldOutcome Late => new(FoldVerdict.Late, null);

    internal static FoldOutcome Duplicate => new(FoldVerdict.Duplicate, null);

    internal static FoldOutcome NoEffect => new(FoldVerdict.NoEffect, null);

    /// <summary>In order, and without effect for a reason that its sender may want to know.</summary>
    internal static FoldOutcome Refused(string reason) => new(FoldVerdict.NoEffect, reason);

    internal static FoldOutcome Rejected(string reason) => new(FoldVerdict.Rejected, reason);
}
