using System.Text;
using Personalization.Configuration;
using Personalization.Engine.Decisions.Actions;
using Personalization.Gateway.Documents;
using Personalization.Gateway.Hosting;
using Personalization.Stores;

namespace Personalization.Gateway.Actions;

/// <summary>
/// The action library over the document store. After every change the document of changes is written and this process is told, so that
/// decisions here use the change when the write is answered, and those elsewhere at their next poll.
/// </summary>
internal sealed class ActionTable(IDocumentStore documents, DocumentChanges changes, PersonalizationOptions options, TimeProvider time) : IDocumentTable<ActionDefinition>
{
    /// <summary>How long a count of the actions is believed.</summary>
    private static readonly TimeSpan CountStaleness = TimeSpan.FromSeconds(10);

    private const int CountPage = 1000;
    private readonly string _prefix = ActionDocuments.Prefix(options.Tenant);
    private readonly string _changesKey = ActionDocuments.ChangesKey(options.Tenant);
    private readonly DocumentTable<ActionDefinition> _table = new(documents, ActionDocuments.Prefix(options.Tenant), GatewayJson.Readable.ActionDefinition, action => action.ActionId);
    private volatile Count? _count;

    /// <inheritdoc />
    public ValueTask<(ActionDefinition Value, long Version)?> Read(string id, CancellationToken cancellation) => _table.Read(id, cancellation);

    /// <inheritdoc />
    public ValueTask<long?> ReadVersion(string id, CancellationToken cancellation) => _table.ReadVersion(id, cancellation);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<ActionDefinition> values, long expected, CancellationToken cancellation)
    {
        var versions = await _table.Write(values, expected, cancellation);
        if (_count is { } count) _count = count with { Actions = count.Actions + versions.Count(version => version == 1) };
        if (versions.Any(version => version is not null)) await Tell([.. values.Select(value => value.ActionId)], cancellation);
        return versions;
    }

    /// <inheritdoc />
    public async ValueTask<bool> Delete(string id, long expected, CancellationToken cancellation)
    {
        if (!await _table.Delete(id, expected, cancellation)) return false;
        _count = null;
        await Tell([id], cancellation);
        return true;
    }

    /// <inheritdoc />
    public ValueTask<DocumentPage<ActionDefinition>> List(string? after, int max, CancellationToken cancellation) => _table.List(after, max, cancellation);

    /// <summary>Whether an action is there already or the library holds another one. Writers at the same time may pass the bound by a few, which replicas then leave out and report.</summary>
    public async ValueTask<bool> HasRoomFor(string id, CancellationToken cancellation)
    {
        if (_count is not { } count || time.GetElapsedTime(count.At) > CountStaleness) _count = count = await CountActions(cancellation);
        return count.Actions < ActionLibrary.MaxActions || await documents.Read(_prefix + id, cancellation) is not null;
    }

    private async Task<Count> CountActions(CancellationToken cancellation)
    {
        var actions = 0;
        for (string? after = null; ;)
        {
            var page = await documents.List(_prefix, after, CountPage, cancellation);
            actions += page.Count;
            if (page.Count < CountPage || actions >= ActionLibrary.MaxActions) return new Count(actions, time.GetTimestamp());
            after = page[^1].Key;
        }
    }

    // The change is stored by now: told to the end even if the caller goes away.
    private async Task Tell(IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        var versions = await documents.Write([new DocumentWrite(_changesKey, Encoding.UTF8.GetBytes(time.GetUtcNow().ToString("O")))], CancellationToken.None);
        await changes.Announce(_prefix, new DocumentChange(ids, versions[0]!.Value), cancellation);
    }

    private sealed record Count(int Actions, long At);
}
