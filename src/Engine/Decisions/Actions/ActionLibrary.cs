using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Hashing;
using Personalization.Engine.Decisions.Eligibility;

namespace Personalization.Engine.Decisions.Actions;

/// <summary>
/// All actions as of one moment: immutable, so that one decision sees one library. An action with a fault is left out and told in
/// <see cref="Faults"/>; it never harms the others.
/// </summary>
public sealed class ActionLibrary
{
    /// <summary>The most actions of a library; those beyond it, in the order of their ids, are left out and told.</summary>
    public const int MaxActions = 10_000;

    private readonly LibraryAction[] _shown;
    private readonly Dictionary<string, LibraryAction> _byId;
    private readonly HashSet<string> _slots;

    // Made when a slot is first asked for: ten thousand actions in as many slots need not be multiplied out.
    private readonly ConcurrentDictionary<string, LibraryAction[]> _bySlot = new(StringComparer.Ordinal);
    private readonly LibraryAction[] _everySlot;

    private ActionLibrary(LibraryAction[] actions, IReadOnlyList<ActionFault> faults)
    {
        Actions = actions;
        Faults = faults;
        _byId = actions.ToDictionary(action => action.Definition.ActionId, StringComparer.Ordinal);
        _shown = Array.FindAll(actions, action => action.Definition.Enabled);
        _everySlot = Array.FindAll(_shown, action => action.Definition.Slots is not { Count: > 0 });
        _slots = _shown.SelectMany(action => action.Definition.Slots ?? []).ToHashSet(StringComparer.Ordinal);
        Version = VersionOf(actions);
    }

    /// <summary>A library without actions.</summary>
    public static ActionLibrary Empty { get; } = new([], []);

    /// <summary>Names the content: equal on every silo that has the same definitions, another after any change of one.</summary>
    public ulong Version { get; }

    /// <summary>All actions, those that are not enabled too, in the order of their ids.</summary>
    public IReadOnlyList<LibraryAction> Actions { get; }

    /// <summary>The definitions that were left out, and why.</summary>
    public IReadOnlyList<ActionFault> Faults { get; }

    /// <summary>Compiles definitions.</summary>
    /// <param name="definitions">In any order; of two with one id the last counts.</param>
    /// <param name="scope">What eligibility is compiled for.</param>
    public static ActionLibrary From(IEnumerable<ActionDefinition> definitions, EligibilityScope scope)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var actions = new Dictionary<string, LibraryAction>(StringComparer.Ordinal);
        var faults = new List<ActionFault>();
        foreach (var definition in definitions)
        {
            if (LibraryAction.Compile(definition, scope, out var fault) is { } action) actions[definition.ActionId] = action;
            else faults.Add(fault!);
        }

        return From(actions.Values, scope, faults);
    }

    /// <summary>Makes a library of compiled actions, such as those of the snapshot before and the few that changed.</summary>
    /// <param name="actions">One of each id, in any order.</param>
    /// <param name="scope">What they were compiled for.</param>
    /// <param name="faults">What was left out already.</param>
    public static ActionLibrary From(IEnumerable<LibraryAction> actions, EligibilityScope scope, IEnumerable<ActionFault> faults)
    {
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(faults);
        LibraryAction[] sorted = [.. actions.OrderBy(action => action.Definition.ActionId, StringComparer.Ordinal)];
        List<ActionFault> told = [.. faults];
        foreach (var beyond in sorted.Skip(MaxActions))
            told.Add(new ActionFault(beyond.Definition.ActionId, $"a library holds at most {MaxActions:N0} actions"));
        if (sorted.Length > MaxActions) sorted = sorted[..MaxActions];
        var capped = new Dictionary<ulong, long>();
        foreach (var action in sorted)
        {
            foreach (var cap in action.Caps) capped[cap.Scope] = Math.Max(cap.PeriodMs, capped.GetValueOrDefault(cap.Scope));
        }

        return new ActionLibrary(Array.ConvertAll(sorted, action => action.Counting(capped)), told);
    }

    /// <summary>An action by its id; null if there is none.</summary>
    public LibraryAction? Find(string actionId) => _byId.GetValueOrDefault(actionId);

    /// <summary>The enabled actions of a slot, in the order of their ids: those that name it, and those that name none.</summary>
    public ReadOnlySpan<LibraryAction> ForSlot(string slot)
    {
        if (!_slots.Contains(slot)) return _everySlot;
        return _bySlot.TryGetValue(slot, out var actions) ? actions : _bySlot.GetOrAdd(slot, Array.FindAll(_shown, action => action.ShowsIn(slot)));
    }

    private static ulong VersionOf(LibraryAction[] actions)
    {
        var hash = new XxHash3();
        Span<byte> version = stackalloc byte[sizeof(ulong)];
        foreach (var action in actions)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(version, action.Version);
            hash.Append(version);
        }

        return hash.GetCurrentHashAsUInt64();
    }
}
