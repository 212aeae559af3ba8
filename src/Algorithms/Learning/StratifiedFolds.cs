using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Learning;

/// <summary>Splits cases into k folds in which every class has its share, shuffled by a seed.</summary>
/// <remarks>
/// Source: R. Kohavi, "A study of cross-validation and bootstrap for accuracy estimation and model selection" (IJCAI 1995). Cases of a class are shuffled and dealt out in turn, the next class going on where the last one stopped,
/// so that both the folds' sizes and each class's counts differ by one at most. Deterministic in the seed; O(n).
/// </remarks>
public static class StratifiedFolds
{
    /// <summary>The fold, 0 to <paramref name="folds"/> − 1, of every case.</summary>
    /// <param name="classes">The class of every case, any integers.</param>
    /// <param name="folds">k ≥ 2, at most the number of cases.</param>
    /// <param name="seed">Names the shuffle.</param>
    public static int[] Assign(ReadOnlySpan<int> classes, int folds = 5, ulong seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(folds, classes.Length);
        var order = new int[classes.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var random = new Xoshiro256(seed);
        random.Shuffle<int>(order);

        // A stable order by class keeps the shuffle within each class.
        var keys = classes.ToArray();
        var byClass = order.OrderBy(i => keys[i]);
        var fold = new int[classes.Length];
        var next = 0;
        foreach (var i in byClass) fold[i] = next++ % folds;
        return fold;
    }
}
