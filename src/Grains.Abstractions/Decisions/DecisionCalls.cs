using Personalization.Log;

namespace Personalization.Decisions;

/// <summary>A question for the next best action.</summary>
[GenerateSerializer, Immutable, Alias("personalization.DecisionRequest")]
public sealed record DecisionRequest
{
    /// <summary>The place that asks.</summary>
    [Id(0)] public string Slot { get; init; } = "";

    /// <summary>What the storefront knows of the moment.</summary>
    [Id(1)] public Dictionary<string, ContextValue> Context { get; init; } = [];

    /// <summary>The actions to choose among; null = all of the slot's.</summary>
    [Id(2)] public string[]? Actions { get; init; }

    /// <summary>How many actions are wanted.</summary>
    [Id(3)] public int N { get; init; } = 1;

    /// <summary>A retry with the same key gets the same decision, as long as that is open; null = none.</summary>
    [Id(4)] public string? IdempotencyKey { get; init; }

    /// <summary>Decide as of this time; null = now.</summary>
    [Id(5)] public long? At { get; init; }

    /// <summary>Read your own click: decide once this event id is in the profile.</summary>
    [Id(6)] public string? After { get; init; }

    /// <summary>The installation's time at the call (the wall clock's, or the events'), milliseconds since 1970-01-01 UTC.</summary>
    [Id(7)] public long Now { get; init; }

    /// <summary>Decide without any effect: no record, no reservation, no reward.</summary>
    [Id(8)] public bool DryRun { get; init; }

    /// <summary>Whether the answer is to hold the record's features and candidates too.</summary>
    [Id(9)] public bool Explain { get; init; }

    /// <summary>Who asks: from what is decided for robots and tests nobody learns.</summary>
    [Id(10)] public Traffic Traffic { get; init; }

    /// <summary>The name of the caller's key; null where none is configured.</summary>
    [Id(11)] public string? Key { get; init; }
}

/// <summary>How a decision ended.</summary>
public enum DecisionStatus : byte
{
    /// <summary>It is made, recorded and durable; or there was nothing to choose.</summary>
    Decided = 0,

    /// <summary>It is made from memory and was not recorded: the log is down, or it was a dry run.</summary>
    NotDurable = 1,

    /// <summary>Whether it was recorded is not known: the caller tries again later.</summary>
    Unknown = 2,

    /// <summary>The asked time lies before the customer's newest event.</summary>
    AtBeforeNewest = 3,
}

/// <summary>The answer to <see cref="DecisionRequest"/>.</summary>
[GenerateSerializer, Immutable, Alias("personalization.DecisionReply")]
public sealed record DecisionReply
{
    /// <summary>How it ended.</summary>
    [Id(0)] public DecisionStatus Status { get; init; }

    /// <summary>The decision's public id; null if there is no record.</summary>
    [Id(1)] public string? DecisionId { get; init; }

    /// <summary>The record; null with <see cref="DecisionStatus.Unknown"/> and <see cref="DecisionStatus.AtBeforeNewest"/>.</summary>
    [Id(2)] public DecisionMade? Decision { get; init; }

    /// <summary>When it was made, milliseconds since 1970-01-01 UTC.</summary>
    [Id(3)] public long At { get; init; }

    /// <summary>Whether everything that the log held at the call was considered.</summary>
    [Id(4)] public bool CaughtUp { get; init; }

    /// <summary>Whether the event asked for by <c>after</c> was considered; null if none was asked for.</summary>
    [Id(5)] public bool? AfterFound { get; init; }

    /// <summary>No owner answered: the profile may be behind.</summary>
    [Id(6)] public bool Stale { get; init; }

    /// <summary>It was made before, by a call with the same key.</summary>
    [Id(7)] public bool IsRepeat { get; init; }

    /// <summary>The customer's newest event time; null if there is none.</summary>
    [Id(8)] public long? NewestEventTime { get; init; }
}

/// <summary>A reward by a decision's id.</summary>
/// <param name="Decision">The decision's short id.</param>
/// <param name="Choice">Which choice; null = the first.</param>
/// <param name="Value">The reward, 0 to 1.</param>
/// <param name="Now">The installation's time at the call, milliseconds since 1970-01-01 UTC.</param>
[GenerateSerializer, Immutable, Alias("personalization.RewardRequest")]
public sealed record RewardRequest([property: Id(0)] string Decision, [property: Id(1)] string? Choice, [property: Id(2)] double Value, [property: Id(3)] long Now);

/// <summary>What became of a reward.</summary>
public enum RewardOutcome : byte
{
    /// <summary>It counts.</summary>
    Applied = 0,

    /// <summary>The decision's window has closed, or the decision is not known any longer.</summary>
    WindowClosed = 1,

    /// <summary>The choice has had its reward.</summary>
    AlreadyRewarded = 2,

    /// <summary>The decision did not choose that action or item.</summary>
    NotChosen = 3,

    /// <summary>The customer's partition has no owner that answers: try again.</summary>
    Unknown = 4,
}
