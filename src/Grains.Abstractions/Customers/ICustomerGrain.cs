using Personalization.Decisions;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Customers;

/// <summary>One customer: its live profile in memory. The key is <see cref="CustomerKey.Text"/>. Only the partition's owner changes it.</summary>
[Alias("personalization.ICustomerGrain")]
public interface ICustomerGrain : IGrainWithStringKey
{
    /// <summary>Folds entries, in position order, through the gate: those at or below the applied position are skipped.</summary>
    [Alias("apply")]
    Task<ApplyReply> Apply(ApplyRequest request);

    /// <summary>Hands over what is to be saved. What was handed over is kept until <see cref="Acknowledge"/> or a new tenure.</summary>
    [Alias("collect")]
    Task<CollectReply> Collect(CollectRequest request);

    /// <summary>Tells how the commit of what <see cref="Collect"/> handed over ended.</summary>
    [Alias("acknowledge")]
    Task Acknowledge(Acknowledgement acknowledgement);

    /// <summary>The live profile.</summary>
    [Alias("getProfile")]
    Task<ProfileReply> GetProfile(ProfileQuery query);

    /// <summary>The churn score.</summary>
    [Alias("getChurn")]
    Task<ChurnReply> GetChurn(ChurnQuery query);

    /// <summary>Items for the customer, with reasons.</summary>
    [Alias("recommend")]
    Task<RecommendationReply> Recommend(RecommendationQuery query);

    /// <summary>The next best action: chosen in one turn, answered once its record is durable (with a capped action: once it is folded).</summary>
    /// <exception cref="LogUnavailableException">The log refused the record after the draw: nothing was decided, try again.</exception>
    [Alias("decide")]
    Task<DecisionReply> Decide(DecisionRequest request);

    /// <summary>A reward by a decision's id; durable when it returns.</summary>
    /// <exception cref="LogUnavailableException">The log takes nothing now: the reward does not count yet, try again.</exception>
    [Alias("reward")]
    Task<RewardOutcome> GiveReward(RewardRequest request);

    /// <summary>Sends an observer what changes from now on, for a minute; call again to go on.</summary>
    [Alias("watch")]
    Task Watch(ICustomerObserver observer);

    /// <summary>Ends <see cref="Watch"/>.</summary>
    [Alias("unwatch")]
    Task Unwatch(ICustomerObserver observer);
}

/// <summary>Who is told what happens to a customer.</summary>
[Alias("personalization.ICustomerObserver")]
public interface ICustomerObserver : IGrainObserver
{
    /// <summary>Entries were folded.</summary>
    [Alias("changed"), Orleans.Concurrency.OneWay]
    Task Changed(ProfileChanged change);
}

/// <summary>What changed.</summary>
/// <param name="Applied">The position that the profile has come to.</param>
/// <param name="Events">The events folded, in log order.</param>
[GenerateSerializer, Immutable, Alias("personalization.ProfileChanged")]
public sealed record ProfileChanged([property: Id(0)] long Applied, [property: Id(1)] IReadOnlyList<ChangedEvent> Events);

/// <summary>An event that was folded.</summary>
/// <param name="EventId">Its id.</param>
/// <param name="Type">Its type as in JSON, or the entry's kind.</param>
/// <param name="ItemId">Its item.</param>
/// <param name="EventTime">When it happened, milliseconds since 1970-01-01 UTC.</param>
[GenerateSerializer, Immutable, Alias("personalization.ChangedEvent")]
public sealed record ChangedEvent([property: Id(0)] string EventId, [property: Id(1)] string Type, [property: Id(2)] string? ItemId, [property: Id(3)] long EventTime);

/// <summary>Entries to fold.</summary>
/// <param name="Epoch">The owner's tenure.</param>
/// <param name="Previous">The position of this customer's entry before the first one here; <see cref="Unknown"/> at first under a tenure.</param>
/// <param name="Entries">The entries in position order.</param>
[GenerateSerializer, Immutable, Alias("personalization.ApplyRequest")]
public sealed record ApplyRequest([property: Id(0)] Epoch Epoch, [property: Id(1)] long Previous, [property: Id(2)] IReadOnlyList<LogEntry> Entries)
{
    /// <summary>In place of a previous position: the owner does not know it yet.</summary>
    public const long Unknown = -1;
}

/// <summary>How an apply ended.</summary>
public enum ApplyStatus : byte
{
    /// <summary>Everything up to the last entry is folded.</summary>
    Applied = 0,

    /// <summary>Entries between <see cref="ApplyReply.Applied"/> and the request's previous position are missing: deliver them first. Nothing was folded.</summary>
    Gap = 1,

    /// <summary>A later tenure is known: the sender is no owner any longer.</summary>
    StaleEpoch = 2,
}

/// <summary>The answer to an apply.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Applied">The position folded to.</param>
/// <param name="Saved">The position known to be saved.</param>
/// <param name="Folded">How many of the entries had an effect.</param>
/// <param name="Duplicates">How many of them were repeats of known ids.</param>
/// <param name="Rejected">How many of them the fold rejected.</param>
/// <param name="NearlyForgets">Whether the customer's events are to be refused for a while: for an owner of the version before, which does not know until when.</param>
/// <param name="ThrottledUntil">The log time, milliseconds since 1970-01-01 UTC, until which the customer's events are to be refused because there may soon be no room for more of its ids; 0 = they are taken.</param>
[GenerateSerializer, Immutable, Alias("personalization.ApplyReply")]
public readonly record struct ApplyReply(
    [property: Id(0)] ApplyStatus Status,
    [property: Id(1)] long Applied,
    [property: Id(2)] long Saved,
    [property: Id(3)] int Folded = 0,
    [property: Id(4)] int Duplicates = 0,
    [property: Id(5)] int Rejected = 0,
    [property: Id(6)] bool NearlyForgets = false,
    [property: Id(7)] long ThrottledUntil = 0);

/// <summary>A request for what is to be saved.</summary>
/// <param name="Epoch">The owner's tenure.</param>
/// <param name="Previous">The position of the last entry that the owner delivered; <see cref="ApplyRequest.Unknown"/> if none under this tenure.</param>
/// <param name="Force">Hand a write over even if nothing is unsaved.</param>
[GenerateSerializer, Immutable, Alias("personalization.CollectRequest")]
public sealed record CollectRequest([property: Id(0)] Epoch Epoch, [property: Id(1)] long Previous, [property: Id(2)] bool Force = false);

/// <summary>What is to be saved.</summary>
/// <param name="Status">As for an apply: with a gap or a stale tenure there is no write.</param>
/// <param name="Applied">The position folded to.</param>
/// <param name="Saved">The position known to be saved.</param>
/// <param name="Write">The write; null if nothing is unsaved.</param>
/// <param name="Names">Names behind the hashes in the write, to be stored before it.</param>
[GenerateSerializer, Immutable, Alias("personalization.CollectReply")]
public sealed record CollectReply(
    [property: Id(0)] ApplyStatus Status,
    [property: Id(1)] long Applied,
    [property: Id(2)] long Saved,
    [property: Id(3)] CustomerWrite? Write,
    [property: Id(4)] IReadOnlyList<KeyValuePair<ulong, string>> Names);

/// <summary>How a customer's part of a commit ended.</summary>
/// <param name="Epoch">The owner's tenure.</param>
/// <param name="Applied">The version that was to be written.</param>
/// <param name="Outcome">How it ended; after a conflict the activation reloads.</param>
/// <param name="Base">The version that it was built on: what an activation folded from another one is not what was written, though it ends at the same position.</param>
[GenerateSerializer, Immutable, Alias("personalization.Acknowledgement")]
public sealed record Acknowledgement([property: Id(0)] Epoch Epoch, [property: Id(1)] long Applied, [property: Id(2)] CommitOutcome Outcome, [property: Id(3)] long Base);

/// <summary>A question for the live profile.</summary>
/// <param name="At">Evaluate everything at this time (milliseconds since 1970-01-01 UTC); null = now.</param>
/// <param name="After">Read your own click: answer once this event id is in the profile, 250 ms at most.</param>
[GenerateSerializer, Immutable, Alias("personalization.ProfileQuery")]
public sealed record ProfileQuery([property: Id(0)] long? At, [property: Id(1)] string? After);

/// <summary>The answer to a question for the live profile.</summary>
[GenerateSerializer, Immutable, Alias("personalization.ProfileReply")]
public sealed record ProfileReply
{
    /// <summary>The profile; null with <see cref="AtBeforeNewest"/>.</summary>
    [Id(0)] public ProfileView? Profile { get; init; }

    /// <summary>Whether everything that the log held at the call is in it; false: the owner did not answer in time.</summary>
    [Id(1)] public bool CaughtUp { get; init; }

    /// <summary>Whether the event asked for by <c>after</c> is in it; null if none was asked for.</summary>
    [Id(2)] public bool? AfterFound { get; init; }

    /// <summary>No owner answered: the profile may be behind.</summary>
    [Id(3)] public bool Stale { get; init; }

    /// <summary>The asked time lies before the customer's newest event: there is no time travel yet.</summary>
    [Id(4)] public bool AtBeforeNewest { get; init; }

    /// <summary>The customer's newest event time, milliseconds since 1970-01-01 UTC; null if there is none.</summary>
    [Id(5)] public long? NewestEventTime { get; init; }
}
