namespace Personalization.TestKit;

/// <summary>What code allocates.</summary>
public static class Allocation
{
    private const int Runs = 5;

    /// <summary>
    /// Runs something some times and answers the fewest bytes that one run allocated on this thread: code that allocates does so each time, while what the runtime allocates
    /// beside it (when it compiles a loop again, for instance) comes once.
    /// </summary>
    public static long Least(Action run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var least = long.MaxValue;
        for (var i = 0; i < Runs; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
