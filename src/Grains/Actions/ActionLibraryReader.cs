using System.Text.Json;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Actions;

/// <summary>Makes libraries of the documents <c>action/{tenant}/*</c>. What did not change since the last reading is not compiled again.</summary>
internal sealed class ActionLibraryReader(IDocumentStore documents, EligibilityScope scope)
{
    private const int Page = 1000;

    // What two libraries' worth of documents could not exceed; beyond it the store holds something else than this engine wrote.
    private const int MaxDocuments = 2 * ActionLibrary.MaxActions;

    private readonly string _prefix = ActionDocuments.Prefix(scope.Tenant);
    private Dictionary<string, Compiled> _compiled = new(StringComparer.Ordinal);

    /// <summary>Reads all actions. Not safe for concurrent use.</summary>
    public async Task<ActionLibrary> Read(CancellationToken cancellation)
    {
        var compiled = new Dictionary<string, Compiled>(_compiled.Count, StringComparer.Ordinal);
        string? after = null;
        while (compiled.Count < MaxDocuments)
        {
            var page = await documents.List(_prefix, after, Page, cancellation);
            foreach (var document in page) compiled[document.Key] = Compile(document);
            if (page.Count < Page) break;
            after = page[^1].Key;
        }

        _compiled = compiled;
        return Library();
    }

    /// <summary>Reads some actions again, the others as they were read last. Not safe for concurrent use.</summary>
    public async Task<ActionLibrary> Read(IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        foreach (var id in ids)
        {
            var document = await documents.Read(_prefix + id, cancellation);
            if (document is null) _compiled.Remove(_prefix + id);
            else _compiled[_prefix + id] = Compile(document);
        }

        return Library();
    }

    private ActionLibrary Library()
    {
        var actions = new List<LibraryAction>(_compiled.Count);
        var faults = new List<ActionFault>();
        foreach (var one in _compiled.Values)
        {
            if (one.Action is { } action) actions.Add(action);
            else faults.Add(one.Fault!);
        }

        faults.Sort((left, right) => string.CompareOrdinal(left.ActionId, right.ActionId));
        return ActionLibrary.From(actions, scope, faults);
    }

    private Compiled Compile(Document document)
    {
        // Not the version: one that was deleted and put again may have that of the old content.
        var hash = KeyHash.Hash64(document.Bytes);
        if (_compiled.TryGetValue(document.Key, out var known) && known.Hash == hash) return known;
        var actionId = document.Key[_prefix.Length..];
        try
        {
            var definition = JsonSerializer.Deserialize(document.Bytes, ActionJson.Default.ActionDefinition);
            if (definition is null || definition.ActionId != actionId) return new Compiled(hash, null, new ActionFault(actionId, "the document does not hold this action"));
            var action = LibraryAction.Compile(definition, scope, out var fault);
            return new Compiled(hash, action, fault);
        }
        catch (JsonException wrong)
        {
            return new Compiled(hash, null, new ActionFault(actionId, $"the document holds no action: {wrong.Message}"));
        }
    }

    private sealed record Compiled(ulong Hash, LibraryAction? Action, ActionFault? Fault);
}
