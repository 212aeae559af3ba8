using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Personalization.Storage.Rules;

/// <summary>Identities that must never meet twice, and how long writers are remembered.</summary>
internal static class Generations
{
    /// <summary>A writer that was idle for less than this is never forgotten.</summary>
    public static readonly TimeSpan WriterIdle = TimeSpan.FromHours(1);

    /// <summary>A random number that is not 0: a generation, a writer's id, a nonce.</summary>
    public static ulong Next()
    {
        Span<ulong> number = [0];
        while (number[0] == 0) RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(number));
        return number[0];
    }

    /// <summary>Whether a writer can be forgotten: all it wrote was trimmed, and it has been idle for longer than any retry lasts.</summary>
    public static bool MayForget(AppendedGroup group, long trimmedTo, long now) =>
        group.Highest <= trimmedTo && group.UsedAt < now - (long)WriterIdle.TotalMilliseconds;
}
