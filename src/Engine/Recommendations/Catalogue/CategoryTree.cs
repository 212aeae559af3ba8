using Personalization.Partitions;

namespace Personalization.Engine.Recommendations.Catalogue;

/// <summary>
/// The categories that items are in, as a tree of their paths, with the items that came newest to each: numbers in place of texts, so that an
/// item costs four bytes and "is it in this category" a walk of a few steps. Not safe for concurrent use.
/// </summary>
internal sealed class CategoryTree(string tenant)
{
    public const int None = -1;

    /// <summary>Categories held; those beyond it are not told apart.</summary>
    private const int Capacity = 65_536;

    private const int NewestItems = 32;
    private readonly Dictionary<string, int> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, int> _byHash = [];
    private readonly List<Node> _nodes = [];

    public int Count => _nodes.Count;

    public long AllocatedBytes { get; private set; }

    /// <summary>The number of a path, made where it is new; <see cref="None"/> for no path, and beyond the capacity.</summary>
    public int Add(string? path)
    {
        if (string.IsNullOrWhiteSpace(path)) return None;
        if (_byPath.TryGetValue(path, out var known)) return known;
        if (_nodes.Count >= Capacity) return None;
        var cut = path.AsSpan().LastIndexOfAny("./>");
        var parent = cut > 0 ? Add(path[..cut].TrimEnd()) : None;
        if (_nodes.Count >= Capacity) return None;
        var number = _nodes.Count;
        _nodes.Add(new Node(path, KeyHash.Name(tenant, path), parent));
        _byPath[path] = number;
        _byHash[_nodes[number].Hash] = number;
        AllocatedBytes += 160 + (2 * path.Length) + (8 * NewestItems);
        return number;
    }

    public int Find(string path) => _byPath.GetValueOrDefault(path, None);

    /// <summary>The category of a name's hash, as profiles hold it.</summary>
    public int Find(ulong hash) => _byHash.GetValueOrDefault(hash, None);

    public ulong HashOf(int category) => _nodes[category].Hash;

    public string PathOf(int category) => _nodes[category].Path;

    public int ParentOf(int category) => _nodes[category].Parent;

    /// <summary>Whether a category is the other or below it.</summary>
    public bool IsWithin(int category, int other)
    {
        for (; category != None; category = _nodes[category].Parent)
        {
            if (category == other) return true;
        }

        return false;
    }

    /// <summary>An item came to a category, and so to all above it.</summary>
    public void Enter(int category, ulong item)
    {
        for (; category != None; category = _nodes[category].Parent) _nodes[category].Enter(item);
    }

    /// <summary>The items that came newest to a category or one below it, newest first. Some may have left since.</summary>
    public int Newest(int category, Span<ulong> items) => _nodes[category].Newest(items);

    private sealed class Node(string path, ulong hash, int parent)
    {
        private readonly ulong[] _newest = new ulong[NewestItems];
        private int _entered;

        public string Path { get; } = path;

        public ulong Hash { get; } = hash;

        public int Parent { get; } = parent;

        public void Enter(ulong item) => _newest[_entered++ & (NewestItems - 1)] = item;

        public int Newest(Span<ulong> items)
        {
            var count = Math.Min(items.Length, Math.Min(_entered, NewestItems));
            for (var i = 0; i < count; i++) items[i] = _newest[(_entered - 1 - i) & (NewestItems - 1)];
            return count;
        }
    }
}
