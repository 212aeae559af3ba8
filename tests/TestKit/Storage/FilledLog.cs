using System.Globalization;
using System.Text;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.TestKit.Storage;

/// <summary>A log with entries that mean nothing: a store takes a row only while the log holds the entry that it was folded to.</summary>
public static class FilledLog
{
    /// <summary>The bytes of the entry at a position.</summary>
    public static byte[] Content(long position) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"entry {position}"));

    /// <summary><see cref="LogEntry.Hash"/> of the entry at a position.</summary>
    public static ulong HashOf(long position) => KeyHash.Hash64(Content(position));

    /// <summary>Appends until the log ends at a position or above it; answers its generation.</summary>
    public static async ValueTask<ulong> UpTo(IPartitionLog log, long position, int partition = 0)
    {
        var head = await log.ReadHead(partition);
        if (head.Tail >= position) return head.Generation;
        var items = Enumerable.Range(1, (int)(position - head.Tail)).Select(i => new AppendItem(Content(head.Tail + i))).ToArray();
        var reply = await log.Append(new AppendRequest(partition, head.Generation, (ulong)Random.Shared.NextInt64(1, long.MaxValue), 1, 0, items));
        return reply.Status == AppendStatus.Appended ? reply.Head.Generation : throw new InvalidOperationException($"the log answered {reply.Status}");
    }
}
