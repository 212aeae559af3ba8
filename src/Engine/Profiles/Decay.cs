namespace Personalization.Engine.Profiles;

/// <summary>Exponential decay by half-life: factor(Δ, h) = 2^(−Δ/h), always of a difference of times and never of a time.</summary>
internal static class Decay
{
    public const int Activities = 4;

    /// <summary>Half-lives of the decayed event counts in milliseconds.</summary>
    public static ReadOnlySpan<double> ActivityHalfLives => [3_600_000d, 86_400_000d, 604_800_000d, 2_592_000_000d];

    /// <summary>Their names in views.</summary>
    public static readonly string[] ActivityNames = ["1h", "1d", "7d", "30d"];

    public static double Factor(long milliseconds, double halfLife) => milliseconds == 0 ? 1 : Math.Pow(2, -milliseconds / halfLife);
}
