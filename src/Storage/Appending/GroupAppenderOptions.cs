namespace Personalization.Storage.Appending;

/// <summary>Bounds of <see cref="GroupAppender"/>.</summary>
public sealed class GroupAppenderOptions
{
    /// <summary>At most so many entries in a group. Default 512.</summary>
    public int GroupEntries { get; set; } = 512;

    /// <summary>About so many bytes in a group; a single call's items are never split. Default 512 KiB.</summary>
    public int GroupBytes { get; set; } = 512 << 10;

    /// <summary>Entries waiting for a partition beyond which calls are refused. Default 20,000.</summary>
    public int QueueEntries { get; set; } = 20_000;

    /// <summary>Bytes waiting for a partition beyond which calls are refused. Default 32 MiB.</summary>
    public long QueueBytes { get; set; } = 32 << 20;

    /// <summary>Pause before the first repeat of a group whose outcome is unknown; doubled up to <see cref="LongestRetry"/>. Default 10 ms.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest pause between repeats. Default 1 s.</summary>
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many tries of a group may fail before the log counts as down: new calls to its partition and those not yet sent are then refused, and those under way are told that their outcome is
    /// not known; their group goes on being tried. Default 3.
    /// </summary>
    public int DownAfter { get; set; } = 3;

    /// <summary>The same after so much time, however few tries that was: for a log that hangs and does not refuse. Default 2 s.</summary>
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromSeconds(2);
}
