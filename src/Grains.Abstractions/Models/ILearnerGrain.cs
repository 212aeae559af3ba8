namespace Personalization.Models;

/// <summary>
/// The one learner of a model in the cluster; the key is the model's name. It learns from the outbox of all partitions and hands what changes
/// to the replicas of every silo.
/// </summary>
[Alias("personalization.ILearnerGrain")]
public interface ILearnerGrain : IGrainWithStringKey
{
    /// <summary>Sees to it that the learner is at work; answers how it stands.</summary>
    [Alias("ensure"), Orleans.Concurrency.AlwaysInterleave]
    Task<LearnerStatus> Ensure();

    /// <summary>
    /// What changed after a revision: at once if there is something, else as soon as there is, else after some seconds with nothing (a long poll, so
    /// that a new revision reaches every silo without waiting for anybody's timer).
    /// </summary>
    [Alias("readChanges"), Orleans.Concurrency.AlwaysInterleave]
    Task<ModelChanges> ReadChanges(ModelCursor have);

    /// <summary>Forgets what a part of the model has learned, such as one slot; returns once that is stored. What the part learns from then on is learned anew.</summary>
    [Alias("reset"), Orleans.Concurrency.AlwaysInterleave]
    Task Reset(string part);

    /// <summary>Returns when every outbox row that was committed before the call is learned and stored, or the time is over (false). For tests and tools.</summary>
    [Alias("drain"), Orleans.Concurrency.AlwaysInterleave]
    Task<bool> Drain(TimeSpan atMost);
}

/// <summary>Where a replica stands.</summary>
/// <param name="Tenure">The learner's tenure whose changes it has taken; empty if it holds only what is stored, which all tenures share.</param>
/// <param name="Revision">The last revision taken.</param>
[GenerateSerializer, Immutable, Alias("personalization.ModelCursor")]
public readonly record struct ModelCursor([property: Id(0)] Guid Tenure, [property: Id(1)] long Revision);

/// <summary>A change of a model.</summary>
/// <param name="Revision">Dense; the model after this change.</param>
/// <param name="IsWhole">The bytes are the whole model, not only what changed: earlier changes are not needed.</param>
/// <param name="Bytes">As the model wrote them.</param>
/// <param name="PublishedAt">When the learner published it, milliseconds since 1970-01-01 UTC.</param>
[GenerateSerializer, Immutable, Alias("personalization.ModelChange")]
public readonly record struct ModelChange([property: Id(0)] long Revision, [property: Id(1)] bool IsWhole, [property: Id(2)] byte[] Bytes, [property: Id(3)] long PublishedAt);

/// <summary>The answer to a replica.</summary>
/// <param name="Tenure">The learner's tenure.</param>
/// <param name="IsGap">What the replica has does not join on, because it is too old or of a tenure that ended before it stored it: it loads the stored model anew.</param>
/// <param name="Changes">What comes next, in order; empty if there is nothing yet.</param>
/// <param name="Newest">The newest revision there is.</param>
[GenerateSerializer, Immutable, Alias("personalization.ModelChanges")]
public sealed record ModelChanges([property: Id(0)] Guid Tenure, [property: Id(1)] bool IsGap, [property: Id(2)] IReadOnlyList<ModelChange> Changes, [property: Id(3)] long Newest);

/// <summary>How a learner stands.</summary>
[GenerateSerializer, Immutable, Alias("personalization.LearnerStatus")]
public sealed record LearnerStatus
{
    /// <summary>The model.</summary>
    [Id(0)] public string Model { get; init; } = "";

    /// <summary>The silo that it learns on.</summary>
    [Id(1)] public string Silo { get; init; } = "";

    /// <summary>Whether the stored model is loaded and it is at work.</summary>
    [Id(2)] public bool IsReady { get; init; }

    /// <summary>Whether learning is switched off: rows are passed and not learned from.</summary>
    [Id(3)] public bool IsFrozen { get; init; }

    /// <summary>The newest revision; the replicas have it within a second.</summary>
    [Id(4)] public long Revision { get; init; }

    /// <summary>The newest revision that is stored.</summary>
    [Id(5)] public long StoredRevision { get; init; }

    /// <summary>Rows learned from since the model began.</summary>
    [Id(6)] public long Examples { get; init; }

    /// <summary>Rows passed without learning: while frozen, or of an erased customer.</summary>
    [Id(7)] public long Skipped { get; init; }

    /// <summary>Rows that the model could not read or use.</summary>
    [Id(8)] public long Failed { get; init; }

    /// <summary>Rows that were lost to the learner because it lagged past the bound, or because the store went back.</summary>
    [Id(9)] public long Missed { get; init; }

    /// <summary>Outbox rows of all partitions that it has not read yet.</summary>
    [Id(10)] public long Lag { get; init; }

    /// <summary>Memory of the learner's own copy, bytes.</summary>
    [Id(11)] public long AllocatedBytes { get; init; }

    /// <summary>What is wrong at present; null if nothing is.</summary>
    [Id(12)] public string? Fault { get; init; }
}
