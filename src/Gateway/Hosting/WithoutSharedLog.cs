using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Gateway.Hosting;

/// <summary>
/// In place of log and documents where the process has none that it shares with the silos: every write says why it cannot be, and nothing
/// is kept where the silos would not see it.
/// </summary>
internal sealed class WithoutSharedLog : ILogAppender, IDocumentStore
{
    /// <summary>Why.</summary>
    public const string Reason = "this gateway runs alone and shares no log with the silos; send to the engine's own address";

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<long>> Append(int partition, IReadOnlyList<AppendItem> items, CancellationToken cancellation = default) => throw new LogUnavailableException(Reason);

    /// <inheritdoc />
    public ValueTask<Document?> Read(string key, CancellationToken cancellation = default) => throw new LogUnavailableException(Reason);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation = default) => throw new LogUnavailableException(Reason);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<Document>> List(string prefix, string? after, int max, CancellationToken cancellation = default) => throw new LogUnavailableException(Reason);
}
