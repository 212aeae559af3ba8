using Personalization.Stores;

namespace Personalization.Grains.Tests.Models;

/// <summary>Documents of a process that dies at its n-th write, before it or after it; then nothing works any longer.</summary>
internal sealed class MortalDocuments(IDocumentStore inner, int diesAtWrite, bool afterWriting) : IDocumentStore
{
    private int _writes;
    private volatile bool _isDead;

    public TaskCompletionSource Died { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask<Document?> Read(string key, CancellationToken cancellation = default)
    {
        ThrowIfDead();
        return inner.Read(key, cancellation);
    }

    public async ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation = default)
    {
        ThrowIfDead();
        var dies = ++_writes == diesAtWrite;
        var versions = !dies || afterWriting ? await inner.Write(writes, cancellation) : [];
        if (dies)
        {
            _isDead = true;
            Died.TrySetResult();
        }

        ThrowIfDead();
        return versions;
    }

    public ValueTask<IReadOnlyList<Document>> List(string prefix, string? after, int max, CancellationToken cancellation = default)
    {
        ThrowIfDead();
        return inner.List(prefix, after, max, cancellation);
    }

    private void ThrowIfDead()
    {
        if (_isDead) throw new IOException("the process is dead");
    }
}
