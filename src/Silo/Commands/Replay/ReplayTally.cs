namespace Personalization.Silo.Commands.Replay;

/// <summary>Where a replay stands; written by its lanes, read by who shows it.</summary>
public sealed class ReplayTally
{
    private long _sent;
    private long _accepted;

    /// <summary>Events handed to the engine, repeats counted.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Events that the engine has durably, repeats counted.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>How much of the files was read, 0 to 1.</summary>
    public double Fraction { get; internal set; }

    /// <summary>Entries that the engine has accepted and not committed; null = not known.</summary>
    public long? Lag { get; internal set; }

    /// <summary>Why the engine takes nothing at present; null = it does.</summary>
    public string? Waiting { get; internal set; }

    internal void Send(int events) => Interlocked.Add(ref _sent, events);

    internal void Accept(int events) => Interlocked.Add(ref _accepted, events);
}
