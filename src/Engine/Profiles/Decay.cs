using Personalization.Algorithms.Counting;

namespace Personalization.Engine.Profiles;

/// <summary>The half-lives of decayed event counts.</summary>
internal static class Decay
{
    public const int Activities = 4;

    /// <summary>Their names in views.</summary>
    public static readonly string[] ActivityNames = ["1h", "1d", "7d", "30d"];

    private static readonly HalfLife[] HalfLives = [HalfLife.FromHours(1), HalfLife.FromDays(1), HalfLife.FromDays(7), HalfLife.FromDays(30)];

    public static ReadOnlySpan<HalfLife> ActivityHalfLives => HalfLives;
}
