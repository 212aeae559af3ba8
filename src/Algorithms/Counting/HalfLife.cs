namespace Personalization.Algorithms.Counting;

/// <summary>
/// The time after which what happened counts half. Instants are milliseconds since 1970, so that a packed profile holds them in eight bytes.
/// </summary>
public readonly record struct HalfLife
{
    /// <summary>Holds a half-life of at least one millisecond.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is shorter.</exception>
    public HalfLife(TimeSpan duration)
    {
        if (duration < TimeSpan.FromMilliseconds(1)) throw new ArgumentOutOfRangeException(nameof(duration), duration, "A half-life is at least one millisecond.");
        Milliseconds = duration.TotalMilliseconds;
    }

    /// <summary>The half-life in milliseconds.</summary>
    public double Milliseconds { get; }

    /// <summary>A half-life of so many days.</summary>
    public static HalfLife FromDays(double days) => new(TimeSpan.FromDays(days));

    /// <summary>A half-life of so many hours.</summary>
    public static HalfLife FromHours(double hours) => new(TimeSpan.FromHours(hours));

    /// <summary>2^−(elapsed/h): 1 now, ½ after a half-life, 0 in the far end. Exact for whole half-lives.</summary>
    /// <param name="elapsedMilliseconds">The time that has passed; negative values grow beyond 1.</param>
    public double Factor(double elapsedMilliseconds) => Math.Pow(2, -elapsedMilliseconds / Milliseconds);
}
