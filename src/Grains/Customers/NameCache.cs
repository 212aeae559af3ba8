using BitFaster.Caching.Lru;
using Personalization.Stores;

namespace Personalization.Grains.Customers;

/// <summary>Names behind the hashes that profiles hold, bounded, over the store. A hash's name never changes, so nothing is invalidated.</summary>
internal sealed class NameCache(INameStore store)
{
    private const int Capacity = 200_000;

    private readonly ConcurrentLru<ulong, string> _names = new(Capacity);

    /// <summary>Whether a name is known to be stored.</summary>
    public bool Contains(ulong hash) => _names.TryGet(hash, out _);

    /// <summary>A name was stored.</summary>
    public void Add(ulong hash, string name) => _names.AddOrUpdate(hash, name);

    /// <summary>The store may have lost names that are known here: they are looked up, and told, again.</summary>
    public void Forget() => _names.Clear();

    /// <summary>The names of hashes; those that nobody knows are left out.</summary>
    public async ValueTask<IReadOnlyDictionary<ulong, string>> Resolve(IReadOnlySet<ulong> hashes, IEnumerable<KeyValuePair<ulong, string>> unsaved)
    {
        var resolved = new Dictionary<ulong, string>(hashes.Count);
        foreach (var (hash, name) in unsaved) resolved[hash] = name;
        List<ulong>? missing = null;
        foreach (var hash in hashes)
        {
            if (resolved.ContainsKey(hash)) continue;
            if (_names.TryGet(hash, out var name)) resolved[hash] = name;
            else (missing ??= []).Add(hash);
        }

        if (missing is not null)
        {
            foreach (var (hash, name) in await store.Read(missing))
            {
                resolved[hash] = name;
                _names.AddOrUpdate(hash, name);
            }
        }

        return resolved;
    }
}
