namespace Personalization.Stores;

/// <summary>
/// Tells the components of this process that documents were written in it, so that they need not find out by polling. Only a short cut: other
/// processes are not told, and whoever listens polls as well.
/// </summary>
public sealed class DocumentChanges
{
    private readonly Lock _gate = new();
    private (string Prefix, Func<DocumentChange, CancellationToken, Task> Listener)[] _listeners = [];

    /// <summary>Calls a listener after each write below a prefix, until the answer is disposed.</summary>
    /// <param name="prefix">What the documents' keys begin with, the same text as in <see cref="Announce"/>.</param>
    /// <param name="listener">Takes the change up; a writer waits for it.</param>
    public IDisposable Subscribe(string prefix, Func<DocumentChange, CancellationToken, Task> listener)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(listener);
        var entry = (prefix, listener);
        lock (_gate) _listeners = [.. _listeners, entry];
        return new Subscription(this, entry);
    }

    /// <summary>Says that documents below a prefix were written, and waits until every listener has taken it up. Does nothing where nobody listens.</summary>
    public async ValueTask Announce(string prefix, DocumentChange change, CancellationToken cancellation = default)
    {
        var listeners = _listeners;
        foreach (var (heard, listener) in listeners)
        {
            if (heard == prefix) await listener(change, cancellation);
        }
    }

    private sealed class Subscription(DocumentChanges changes, (string, Func<DocumentChange, CancellationToken, Task>) entry) : IDisposable
    {
        public void Dispose()
        {
            lock (changes._gate) changes._listeners = Array.FindAll(changes._listeners, other => !other.Equals(entry));
        }
    }
}

/// <summary>What was written.</summary>
/// <param name="Ids">The documents' ids: their keys without the prefix.</param>
/// <param name="Version">The version of the document that counts the changes of this prefix, after them.</param>
public sealed record DocumentChange(IReadOnlyList<string> Ids, long Version);
