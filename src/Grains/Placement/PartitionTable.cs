using System.Runtime.InteropServices;
using Personalization.Partitions;

namespace Personalization.Grains.Placement;

/// <summary>
/// Which silo is to own which partition: highest random weight (rendezvous hashing, Thaler and Ravishankar, <i>Using name-based mappings to increase hit rates</i>, 1998) with a
/// bound on each silo's load, so that the spread is even to within one. Every process with the same silos in view comes to the same table, without asking anybody.
/// </summary>
internal static class PartitionTable
{
    /// <summary>
    /// Assigns partitions 0 … P − 1 in turn, each to the silo of highest weight hash(partition, silo) that has room: every silo for ⌊P / silos⌋, and P mod silos of them for one more.
    /// </summary>
    /// <param name="partitions">P.</param>
    /// <param name="silos">Names of the silos, each once, in any order.</param>
    /// <returns>The index into <paramref name="silos"/> for each partition.</returns>
    /// <remarks>Cost O(P · silos). When a silo comes or goes, about 1/silos of the partitions change hands, and a few more by the bound.</remarks>
    public static int[] Assign(int partitions, IReadOnlyList<string> silos)
    {
        var table = new int[partitions];
        if (silos.Count <= 1) return table;
        var (least, extra) = Math.DivRem(partitions, silos.Count);
        var load = new int[silos.Count];
        Span<ulong> pair = stackalloc ulong[2];
        var identities = new ulong[silos.Count];
        for (var i = 0; i < identities.Length; i++) identities[i] = KeyHash.Hash64(silos[i]);
        for (var partition = 0; partition < partitions; partition++)
        {
            var best = -1;
            var bestWeight = 0UL;
            for (var i = 0; i < silos.Count; i++)
            {
                if (load[i] > least || (load[i] == least && extra == 0)) continue;
                pair[0] = (ulong)partition;
                pair[1] = identities[i];
                var weight = KeyHash.Hash64(MemoryMarshal.AsBytes(pair));
                if (best >= 0 && weight <= bestWeight) continue;
                best = i;
                bestWeight = weight;
            }

            table[partition] = best;
            if (load[best]++ == least) extra--;
        }

        return table;
    }
}
