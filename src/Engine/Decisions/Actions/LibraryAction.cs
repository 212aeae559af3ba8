using System.Text.Json;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions.Actions;

/// <summary>An action of a library, compiled: what a decision asks of it costs no allocation and no look-up by text.</summary>
public sealed class LibraryAction
{
    private static readonly CapRule[] NoCaps = [];
    private readonly CapRule[] _caps;
    private readonly string[] _purposes;
    private readonly EligibilityExpression? _eligibility;
    private readonly ulong[] _countable; // the scopes that it would count in, were they all capped
    private readonly long _validFrom;
    private readonly long _validTo;
    private CapScope[] _scopes = [];

    private LibraryAction(ActionDefinition definition, string tenant, EligibilityExpression? eligibility)
    {
        Definition = definition;
        Hash = KeyHash.Name(tenant, definition.ActionId);
        GroupHash = definition.Group is { } group ? KeyHash.Name(tenant, "group:" + group) : 0;
        Worth = definition.Value * definition.Lever;
        Version = KeyHash.Hash64(JsonSerializer.SerializeToUtf8Bytes(definition with { UpdatedAt = null }, ActionJson.Default.ActionDefinition));
        _eligibility = eligibility;
        _purposes = definition.Purposes is { Count: > 0 } purposes ? [.. purposes] : [];
        _caps = definition.Caps is { Count: > 0 } caps ? Array.ConvertAll([.. caps], cap => Compile(definition, cap, tenant)) : NoCaps;
        _countable = Countable(definition, tenant);
        _validFrom = definition.ValidFrom?.ToUnixTimeMilliseconds() ?? long.MinValue;
        _validTo = definition.ValidTo?.ToUnixTimeMilliseconds() ?? long.MaxValue;
    }

    /// <summary>As it was put.</summary>
    public ActionDefinition Definition { get; }

    /// <summary>hash64(tenant, actionId), see <see cref="KeyHash.Name"/>: what entries and profiles hold.</summary>
    public ulong Hash { get; }

    /// <summary>Names its content: changes with every change of the definition, <see cref="ActionDefinition.UpdatedAt"/> left aside.</summary>
    public ulong Version { get; }

    /// <summary>Names its group in records and models; 0 = none.</summary>
    internal ulong GroupHash { get; }

    /// <summary>Value × lever.</summary>
    internal double Worth { get; }

    /// <summary><see cref="Caps"/> and <see cref="Scopes"/>, to be gone through without an enumerator.</summary>
    internal ReadOnlySpan<CapRule> OwnCaps => _caps;

    internal ReadOnlySpan<CapScope> CountedIn => _scopes;

    /// <summary>Its own limits: a decision for it needs every one to hold.</summary>
    public IReadOnlyList<CapRule> Caps => _caps;

    /// <summary>
    /// The scopes that a decision for it counts in: those of its own caps, and its group's and its channel's where another action of the
    /// library has a cap on them. A superset of the scopes in <see cref="Caps"/>.
    /// </summary>
    public IReadOnlyList<CapScope> Scopes => _scopes;

    /// <summary>Whether it may be decided for at a time: from <see cref="ActionDefinition.ValidFrom"/>, until <see cref="ActionDefinition.ValidTo"/> exclusive.</summary>
    /// <param name="atMs">Milliseconds since 1970-01-01 UTC.</param>
    public bool IsValidAt(long atMs) => atMs >= _validFrom && atMs < _validTo;

    /// <summary>Whether the customer consented to its purposes and its eligibility expression holds. Allocates nothing.</summary>
    public bool IsEligible(in EligibilityContext context)
    {
        foreach (var purpose in _purposes)
        {
            if (!context.HasConsent(purpose)) return false;
        }

        return _eligibility is null || _eligibility.IsTrue(context);
    }

    /// <summary>Whether it is shown in a slot.</summary>
    internal bool ShowsIn(string slot) => Definition.Slots is not { Count: > 0 } slots || slots.Contains(slot, StringComparer.Ordinal);

    /// <summary>Compiles a definition; null where something is wrong with it, which is told in <paramref name="fault"/>.</summary>
    public static LibraryAction? Compile(ActionDefinition definition, EligibilityScope scope, out ActionFault? fault)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(scope);
        fault = null;
        var faults = ActionRules.FaultsOf(definition);
        if (faults.Count > 0)
        {
            fault = new ActionFault(definition.ActionId ?? "", string.Join("; ", faults.Take(5)));
            return null;
        }

        EligibilityExpression? eligibility = null;
        if (definition.Eligibility is { } text && !EligibilityExpression.TryParse(text, scope, out eligibility, out var wrong))
        {
            fault = new ActionFault(definition.ActionId, "eligibility: " + wrong, wrong.Column);
            return null;
        }

        return new LibraryAction(definition, scope.Tenant, eligibility);
    }

    /// <summary>Sets <see cref="Scopes"/> once all actions of the library are known.</summary>
    internal LibraryAction Counting(Dictionary<ulong, long> capped)
    {
        var count = 0;
        Span<CapScope> scopes = stackalloc CapScope[_countable.Length];
        foreach (var scope in _countable)
        {
            if (capped.TryGetValue(scope, out var periodMs)) scopes[count++] = new CapScope(scope, periodMs);
        }

        if (scopes[..count].SequenceEqual(_scopes)) return this;
        // A snapshot that is in use shares its actions with the next one: it never sees one change.
        var copy = (LibraryAction)MemberwiseClone();
        copy._scopes = scopes[..count].ToArray();
        return copy;
    }

    private static ulong[] Countable(ActionDefinition definition, string tenant)
    {
        var scopes = new List<ulong>(3) { KeyHash.Name(tenant, "action:" + definition.ActionId) };
        if (definition.Group is { } group) scopes.Add(KeyHash.Name(tenant, "group:" + group));
        if (definition.Channel is { } channel) scopes.Add(KeyHash.Name(tenant, "channel:" + channel));
        return [.. scopes];
    }

    private static CapRule Compile(ActionDefinition definition, ActionCap cap, string tenant)
    {
        var name = ActionRules.ScopeOf(definition, cap)!;
        return new CapRule(KeyHash.Name(tenant, name), name, cap.Limit, (long)ActionRules.PeriodMs(cap)!.Value);
    }
}
