using Personalization.Algorithms.Numerics;

namespace Personalization.Engine.Simulation;

/// <summary>What is known of the moment in which an action is chosen: the constant and eight features.</summary>
/// <remarks>
/// <c>0</c> constant 1 · <c>1</c> phone · <c>2</c> has been here before · <c>3</c> weekend · <c>4</c> evening (each 0 or 1) · <c>5</c> how full the basket is, 0 to 1 · <c>6</c> how lately the last visit was, 0 to 1 ·
/// <c>7</c>, <c>8</c> cosine and sine of the day in the year, −1 to 1.
/// </remarks>
public static class DecisionContext
{
    /// <summary>Context features, the constant not counted.</summary>
    public const int Features = 8;

    /// <summary>d: <see cref="Features"/> and the constant.</summary>
    public const int Dimension = Features + 1;

    /// <summary>The features' names, by index.</summary>
    public static IReadOnlyList<string> Names { get; } = ["constant", "phone", "returning", "weekend", "evening", "basket", "recency", "seasonCos", "seasonSin"];

    /// <summary>Writes the context of a visit.</summary>
    /// <param name="at">The moment; evening is from 18 o'clock in its own offset.</param>
    /// <param name="phone">Whether it is made on a phone.</param>
    /// <param name="sinceLastVisit">Time since the visit before; null at the first.</param>
    /// <param name="basket">How full the basket is, 0 to 1.</param>
    /// <param name="features">Takes <see cref="Dimension"/> numbers.</param>
    public static void Write(DateTimeOffset at, bool phone, TimeSpan? sinceLastVisit, double basket, Span<double> features)
    {
        var year = 2 * Math.PI * at.DayOfYear / 365.25;
        features[0] = 1;
        features[1] = phone ? 1 : 0;
        features[2] = sinceLastVisit is null ? 0 : 1;
        features[3] = at.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0;
        features[4] = at.Hour >= 18 ? 1 : 0;
        features[5] = basket;
        features[6] = sinceLastVisit is { } passed ? Math.Pow(2, -passed.TotalDays / 7) : 0;
        features[7] = Math.Cos(year);
        features[8] = Math.Sin(year);
    }

    /// <summary>The context of some visitor's visit at a moment of that day.</summary>
    public static void Draw(DateTimeOffset day, ref Xoshiro256 random, Span<double> features)
    {
        var at = day.Date.AddHours(24 * random.NextDouble());
        var phone = random.NextDouble() < 0.6;
        TimeSpan? since = random.NextDouble() < 0.5 ? TimeSpan.FromDays(10 * random.NextExponential()) : null;
        var basket = random.NextDouble() < 0.35 ? random.NextDouble() : 0;
        Write(new DateTimeOffset(at, TimeSpan.Zero), phone, since, basket, features);
    }
}
