namespace Personalization.Configuration;

/// <summary>Whether models learn.</summary>
public enum LearningKind
{
    /// <summary>Models learn from what happens, as it happens.</summary>
    Online,

    /// <summary>Models stay as they are. What happens meanwhile is passed and never learned from, so that going online again brings no backlog.</summary>
    Frozen,
}

/// <summary>How models learn in the cluster.</summary>
public sealed class ModelOptions
{
    /// <summary>
    /// How often a learner looks for new outbox rows. Default 100 ms: on average half of it is added to the time from a click to its effect on others.
    /// A look costs a read per partition.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How often what was learned is stored, 100 ms to 1 minute. Default 2 s. A crash loses nothing whatever it is: what was not stored is learned again
    /// from the outbox.
    /// </summary>
    public TimeSpan SaveInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Outbox rows of one partition by which a consumer may lag. Default 1,000,000. Beyond it the consumer is suspended so that the outbox can be
    /// trimmed; it goes on behind the rows that it missed, and they are counted.
    /// </summary>
    public long MaxLag { get; set; } = 1_000_000;
}
