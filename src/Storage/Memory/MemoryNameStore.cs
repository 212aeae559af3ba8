using System.Collections.Concurrent;
using Personalization.Stores;

namespace Personalization.Storage.Memory;

/// <summary>Names behind hashes in this process's memory.</summary>
public sealed class MemoryNameStore : INameStore
{
    private readonly ConcurrentDictionary<ulong, string> _names = new();

    /// <inheritdoc />
    public ValueTask Write(IReadOnlyCollection<KeyValuePair<ulong, string>> names, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var (hash, name) in names) _names.TryAdd(hash, name);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyDictionary<ulong, string>> Read(IReadOnlyCollection<ulong> hashes, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var found = new Dictionary<ulong, string>(hashes.Count);
        foreach (var hash in hashes)
        {
            if (_names.TryGetValue(hash, out var name)) found[hash] = name;
        }

        return ValueTask.FromResult<IReadOnlyDictionary<ulong, string>>(found);
    }
}
