using System.Globalization;
using Personalization.Stores;

namespace Personalization.Storage.Appending;

/// <summary>
/// Judges this process's clock. Log times come from it and never go back, so a clock that is far ahead for a minute would keep every later entry there: repeats would be remembered
/// and logs kept for ever. More than <see cref="Tolerance"/> away from the store's time, or after a jump of more than that against the clock that only counts, nothing is to be appended.
/// </summary>
/// <remarks>
/// Where the store has a clock of its own that one decides, and a jump only until it was asked again. Elsewhere a jump can only be seen from where the clock was: it ends when the
/// clock comes back, or with a restart. Safe for any thread; a look costs two readings of the clock.
/// </remarks>
public sealed class ClockGuard : IStorageHealth
{
    /// <summary>How far a clock may be off.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromHours(1);

    /// <summary>After so long the clock is judged from where it is by then: two clocks drift apart by seconds a day, which is no jump.</summary>
    private static readonly TimeSpan s_anchored = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _time;
    private readonly Func<TimeSpan?> _awake;
    private volatile Anchor _anchor;

    /// <summary>Makes one that believes the clock as it is now.</summary>
    /// <param name="time">The clock; the system's if null.</param>
    /// <param name="sinceBoot">A clock that counts while the machine sleeps too, which the one that only counts need not; null if there is none. Asked when a jump was seen.</param>
    public ClockGuard(TimeProvider? time = null, Func<TimeSpan?>? sinceBoot = null)
    {
        _time = time ?? TimeProvider.System;
        _awake = sinceBoot ?? (_time == TimeProvider.System ? SinceBoot : static () => null);
        _anchor = Now();
    }

    /// <inheritdoc />
    public string? Fault
    {
        get
        {
            var anchor = _anchor;
            if (anchor.Offset is { } offset) return $"this process's clock is {Text(offset.Duration())} {(offset > TimeSpan.Zero ? "ahead of" : "behind")} the store's: nothing is appended until it is right";
            var elapsed = _time.GetElapsedTime(anchor.Timestamp);
            var jump = _time.GetUtcNow() - anchor.Wall - elapsed;
            if (jump > Tolerance && anchor.SinceBoot is { } then && _awake() is { } now) jump = _time.GetUtcNow() - anchor.Wall - (now - then);
            if (jump.Duration() > Tolerance) return $"this process's clock jumped {(jump > TimeSpan.Zero ? "ahead" : "back")} by {Text(jump.Duration())}: nothing is appended until it is right again; if it is right now, restart the process";
            if (elapsed > s_anchored) Interlocked.CompareExchange(ref _anchor, Now(), anchor);
            return null;
        }
    }

    /// <summary>The store's clock was read: from now on it is what this one is judged by.</summary>
    public void Compare(DateTimeOffset stores)
    {
        var offset = _time.GetUtcNow() - stores;
        _anchor = Now() with { Offset = offset.Duration() > Tolerance ? offset : null };
    }

    private Anchor Now() => new(_time.GetUtcNow(), _time.GetTimestamp(), _awake(), null);

    private static string Text(TimeSpan time) => time.TotalDays >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} days")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} hours");

    /// <summary>Time since the machine was started, time asleep included; null where it is not told.</summary>
    private static TimeSpan? SinceBoot()
    {
        try
        {
            var text = File.ReadAllText("/proc/uptime");
            return double.TryParse(text.AsSpan(0, Math.Max(0, text.IndexOf(' ', StringComparison.Ordinal))), CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What the clock is judged from.</summary>
    private sealed record Anchor(DateTimeOffset Wall, long Timestamp, TimeSpan? SinceBoot, TimeSpan? Offset);
}
