namespace Personalization.TestKit;

/// <summary>
/// Marks tests whose bound is a time, by <c>[Trait(Timed.Trait, Timed.Alone)]</c>: <c>./test</c> runs them at the end, when nothing else of it runs.
/// </summary>
public static class Timed
{
    /// <summary>The name of the trait.</summary>
    public const string Trait = "Timed";

    /// <summary>Its value.</summary>
    public const string Alone = "alone";
}
