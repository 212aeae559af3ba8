namespace Personalization.Events;

/// <summary>Traits set or removed, all of them in one entry.</summary>
[GenerateSerializer, Immutable, Alias("personalization.TraitsChange")]
public sealed record TraitsChange
{
    /// <summary>Trait name to its JSON value as text; null removes the trait.</summary>
    [Id(0)] public Dictionary<string, string?> Traits { get; init; } = [];
}

/// <summary>A consent granted or withdrawn.</summary>
[GenerateSerializer, Immutable, Alias("personalization.ConsentChange")]
public sealed record ConsentChange
{
    /// <summary>What for: <c>personalization</c>, <c>marketing</c> or another purpose of the tenant's.</summary>
    [Id(0)] public string Purpose { get; init; } = "";

    /// <summary>Whether it is granted.</summary>
    [Id(1)] public bool Granted { get; init; }

    /// <summary>Where the customer said so; kept as evidence.</summary>
    [Id(2)] public string? Source { get; init; }
}

/// <summary>The customer is erased: whatever is known goes, a tombstone stays until repeats can no longer come.</summary>
[GenerateSerializer, Immutable, Alias("personalization.Erasure")]
public sealed record Erasure
{
    /// <summary>Why, as the caller gave it.</summary>
    [Id(0)] public string? Reason { get; init; }
}

/// <summary>A due time that the profile asked for has come. The fold acts only on what is still open; a second one changes nothing.</summary>
[GenerateSerializer, Immutable, Alias("personalization.WakeUp")]
public sealed record WakeUp
{
    /// <summary>The due time, milliseconds since 1970-01-01 UTC.</summary>
    [Id(0)] public long Due { get; init; }

    /// <summary>
    /// The churn model in force when it was appended, stamped because the fold may look nothing up: a customer's crossing is told by these parameters and no
    /// others. Null in entries of an earlier version: nothing is told of churn then.
    /// </summary>
    [Id(1)] public ChurnParameters? Churn { get; init; }
}

/// <summary>What decides when P(alive) falls below the threshold: MBG/NBD over purchase days, in weeks.</summary>
[GenerateSerializer, Immutable, Alias("personalization.ChurnParameters")]
public sealed record ChurnParameters
{
    /// <summary>r.</summary>
    [Id(0)] public double R { get; init; }

    /// <summary>α, in weeks.</summary>
    [Id(1)] public double Alpha { get; init; }

    /// <summary>a.</summary>
    [Id(2)] public double A { get; init; }

    /// <summary>b.</summary>
    [Id(3)] public double B { get; init; }

    /// <summary>θ, strictly between 0 and 1.</summary>
    [Id(4)] public double Threshold { get; init; }

    /// <summary>The number of the fit; 0 = of the settings.</summary>
    [Id(5)] public long Version { get; init; }
}

/// <summary>Event time moves on for a whole partition (<c>Clock=Event</c>).</summary>
[GenerateSerializer, Immutable, Alias("personalization.ClockAdvance")]
public sealed record ClockAdvance
{
    /// <summary>The new time, milliseconds since 1970-01-01 UTC; an earlier one changes nothing.</summary>
    [Id(0)] public long At { get; init; }
}

/// <summary>A dead letter tried again. It names the old position, which the fold keeps so that a second try counts once.</summary>
[GenerateSerializer, Immutable, Alias("personalization.Redrive")]
public sealed record Redrive
{
    /// <summary>The position of the entry that had been set aside.</summary>
    [Id(0)] public long OriginalPosition { get; init; }

    /// <summary>That entry's bytes: envelope and payload.</summary>
    [Id(1)] public byte[] Original { get; init; } = [];
}
