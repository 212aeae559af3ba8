namespace Personalization.Load.Clusters;

/// <summary>What the producers know: which events they tried to send, which were answered as taken, and how long the longest wait was.</summary>
internal sealed class Attempts
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _attempted = [];
    private readonly HashSet<string> _accepted = [];

    /// <summary>Ids of events that were sent at least once.</summary>
    public IReadOnlySet<string> Attempted => _attempted;

    /// <summary>Ids of events that were answered as taken at least once.</summary>
    public IReadOnlySet<string> Accepted => _accepted;

    /// <summary>How many events were answered as taken so far.</summary>
    public int AcceptedCount
    {
        get
        {
            lock (_gate) return _accepted.Count;
        }
    }

    /// <summary>Requests sent again because their outcome was unknown or they were refused for now.</summary>
    public long Repeats { get; private set; }

    /// <summary>The longest time from the first try of a request to its being taken.</summary>
    public TimeSpan LongestWrite { get; private set; }

    /// <summary>The longest time from the first try of a read to an answer that is not stale.</summary>
    public TimeSpan LongestRead { get; private set; }

    /// <summary>Reads answered.</summary>
    public long Reads { get; private set; }

    public void Try(IEnumerable<string> ids)
    {
        lock (_gate) _attempted.UnionWith(ids);
    }

    public void Accept(IEnumerable<string> ids)
    {
        lock (_gate) _accepted.UnionWith(ids);
    }

    public void Repeat()
    {
        lock (_gate) Repeats++;
    }

    /// <summary>The longest write since the last call; the next one begins from nothing.</summary>
    public TimeSpan TakeLongestWrite()
    {
        lock (_gate)
        {
            var longest = LongestWrite;
            LongestWrite = TimeSpan.Zero;
            return longest;
        }
    }

    public void Wrote(TimeSpan waited)
    {
        lock (_gate) LongestWrite = waited > LongestWrite ? waited : LongestWrite;
    }

    public void Read(TimeSpan waited)
    {
        lock (_gate)
        {
            Reads++;
            LongestRead = waited > LongestRead ? waited : LongestRead;
        }
    }
}
