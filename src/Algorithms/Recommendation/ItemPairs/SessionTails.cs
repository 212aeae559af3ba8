using Personalization.Algorithms.Recommendation.Indexing;

namespace Personalization.Algorithms.Recommendation.ItemPairs;

/// <summary>The last few items of each running session, for learning pairs from a click; of the sessions that clicked longest ago nothing is kept
/// beyond the capacity.</summary>
internal sealed class SessionTails(int sessionCapacity, int length)
{
    private readonly RecencyMap _sessions = new(sessionCapacity);
    private ulong[] _items = new ulong[8 * length];
    private byte[] _counts = new byte[8];

    public long AllocatedBytes => _sessions.AllocatedBytes + (8L * _items.Length) + _counts.Length;

    /// <summary>The items before this click, oldest first; valid until <see cref="Append"/>.</summary>
    public ReadOnlySpan<ulong> Touch(ulong session, out int dense)
    {
        dense = _sessions.Touch(session, out var added, out _);
        if (dense >= _counts.Length)
        {
            Array.Resize(ref _counts, Math.Max(dense + 1, _counts.Length * 2));
            Array.Resize(ref _items, _counts.Length * length);
        }

        if (added) _counts[dense] = 0;
        return _items.AsSpan(dense * length, _counts[dense]);
    }

    public void Append(int dense, ulong item)
    {
        var tail = _items.AsSpan(dense * length, length);
        if (_counts[dense] == length) tail[1..].CopyTo(tail);
        else _counts[dense]++;
        tail[_counts[dense] - 1] = item;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_sessions.Count);
        for (var dense = _sessions.Oldest; dense >= 0; dense = _sessions.Newer(dense))
        {
            writer.Write(_sessions.IdOf(dense));
            writer.Write(_counts[dense]);
            foreach (var item in _items.AsSpan(dense * length, _counts[dense])) writer.Write(item);
        }
    }

    public void Load(BinaryReader reader)
    {
        for (var sessions = reader.ReadInt32(); sessions > 0; sessions--)
        {
            Touch(reader.ReadUInt64(), out var dense);
            for (var count = reader.ReadByte(); count > 0; count--) Append(dense, reader.ReadUInt64());
        }
    }
}
