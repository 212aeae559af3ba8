using System.Text;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Features;

/// <summary>Keeps every name and gives it the next free index: no collisions, and a weight can be shown with its name.</summary>
/// <remarks>
/// Memory grows with the names (about 100 bytes each), so it suits models of at most some 10⁵ names; past <see cref="Capacity"/> further names are treated as unknown and counted.
/// Finding a known name allocates nothing. Not safe for writing from two threads.
/// </remarks>
public sealed class NamedFeatureSpace : IFeatureSpace, IStateful
{
    private const ushort Version = 1;
    private const int LongestOnStack = 256;
    private readonly Dictionary<string, int> _indexes;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<ulong, int> _crosses = [];
    private readonly List<string> _names = [];

    /// <summary>An empty space that takes up to <paramref name="capacity"/> names.</summary>
    public NamedFeatureSpace(int capacity = 1 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Capacity = capacity;
        _indexes = new Dictionary<string, int>(StringComparer.Ordinal);
        _lookup = _indexes.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The greatest number of names.</summary>
    public int Capacity { get; }

    /// <summary>The number of names known.</summary>
    public int Count => _names.Count;

    /// <summary>How often a new name was refused because the space was full.</summary>
    public long Refused { get; private set; }

    /// <summary>The name of an index below <see cref="Count"/>.</summary>
    public string Name(int index) => _names[index];

    /// <inheritdoc/>
    public int Find(ReadOnlySpan<char> name) => _lookup.TryGetValue(name, out var index) ? index : -1;

    /// <inheritdoc/>
    public int FindOrAdd(ReadOnlySpan<char> name) => _lookup.TryGetValue(name, out var index) ? index : Add(name.ToString());

    /// <inheritdoc/>
    public int Find(ReadOnlySpan<char> name, ReadOnlySpan<char> category)
    {
        var length = name.Length + 1 + category.Length;
        var joined = length <= LongestOnStack ? stackalloc char[LongestOnStack] : new char[length];
        return Find(Join(name, '=', category, joined));
    }

    /// <inheritdoc/>
    public int FindOrAdd(ReadOnlySpan<char> name, ReadOnlySpan<char> category)
    {
        var length = name.Length + 1 + category.Length;
        var joined = length <= LongestOnStack ? stackalloc char[LongestOnStack] : new char[length];
        return FindOrAdd(Join(name, '=', category, joined));
    }

    /// <inheritdoc/>
    public int FindCross(int first, int second) => _crosses.GetValueOrDefault(CrossKey(first, second), -1);

    /// <inheritdoc/>
    public int FindOrAddCross(int first, int second)
    {
        if (_crosses.TryGetValue(CrossKey(first, second), out var index)) return index;
        if (first < 0 || second < 0) return -1;
        var (low, high) = first <= second ? (first, second) : (second, first);
        index = FindOrAdd($"{_names[low]}×{_names[high]}");
        if (index >= 0) _crosses[CrossKey(first, second)] = index;
        return index;
    }

    /// <inheritdoc/>
    public int StateSize
    {
        get
        {
            var size = StateWriter.HeadSize + 4 + 8 + 4;
            foreach (var name in _names) size += 4 + Encoding.UTF8.GetByteCount(name);
            return size + 4 + _crosses.Count * 12;
        }
    }

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.NamedFeatureSpace, Version);
        writer.Write(Capacity);
        writer.Write(Refused);
        writer.Write(_names.Count);
        foreach (var name in _names)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }

        writer.Write(_crosses.Count);
        foreach (var (key, index) in _crosses)
        {
            writer.Write((long)key);
            writer.Write(index);
        }
    }

    /// <summary>Restores what <see cref="Save"/> wrote: every name has its old index.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static NamedFeatureSpace Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.NamedFeatureSpace, Version);
        var capacity = reader.ReadInt32();
        if (capacity <= 0) throw new InvalidStateException("A feature space has a positive capacity.");
        var space = new NamedFeatureSpace(capacity) { Refused = reader.ReadInt64() };
        var count = reader.ReadCount(4);
        for (var i = 0; i < count; i++) space.Add(Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32())));
        var crosses = reader.ReadCount(12);
        for (var i = 0; i < crosses; i++) space._crosses[(ulong)reader.ReadInt64()] = reader.ReadInt32();
        return space;
    }

    private int Add(string name)
    {
        if (_names.Count == Capacity)
        {
            Refused++;
            return -1;
        }

        _indexes.Add(name, _names.Count);
        _names.Add(name);
        return _names.Count - 1;
    }

    private static ulong CrossKey(int first, int second) =>
        first <= second ? ((ulong)(uint)first << 32) | (uint)second : ((ulong)(uint)second << 32) | (uint)first;

    private static ReadOnlySpan<char> Join(ReadOnlySpan<char> left, char separator, ReadOnlySpan<char> right, Span<char> buffer)
    {
        left.CopyTo(buffer);
        buffer[left.Length] = separator;
        right.CopyTo(buffer[(left.Length + 1)..]);
        return buffer[..(left.Length + 1 + right.Length)];
    }
}
