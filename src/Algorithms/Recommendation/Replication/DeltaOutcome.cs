namespace Personalization.Algorithms.Recommendation.Replication;

/// <summary>What became of a <see cref="ClickDelta"/>.</summary>
public enum DeltaOutcome
{
    /// <summary>It was taken in, or that part of it that was new.</summary>
    Applied,

    /// <summary>All of it had been taken in before; nothing changed.</summary>
    Already,

    /// <summary>Clicks before it are missing: nothing changed, load a newer base.</summary>
    Gap,
}
