using NodaTime;

namespace Personalization.Engine.Profiles;

/// <summary>Local days and hours of instants.</summary>
internal static class LocalDay
{
    /// <summary>Days since 1970-01-01 and hour of an instant, in a zone.</summary>
    public static (int Day, int Hour) Of(long time, DateTimeZone zone)
    {
        var milliseconds = time + (zone.GetUtcOffset(Instant.FromUnixTimeMilliseconds(time)).Milliseconds);
        var day = Math.DivRem(milliseconds, 86_400_000, out var ofDay);
        if (ofDay < 0) (day, ofDay) = (day - 1, ofDay + 86_400_000);
        return ((int)day, (int)(ofDay / 3_600_000));
    }

    /// <summary>Monday = 0. 1970-01-01 was a Thursday.</summary>
    public static int DayOfWeek(int day) => (((day + 3) % 7) + 7) % 7;
}
