namespace Personalization.Engine.Decisions.Actions;

/// <summary>A cap of an action, ready to be checked: at most <paramref name="Limit"/> decisions of the scope in (t − <paramref name="PeriodMs"/>, t].</summary>
/// <param name="Scope">hash64(tenant, <paramref name="Name"/>), see <see cref="Partitions.KeyHash.Name"/>: what profiles count by.</param>
/// <param name="Name">The scope's text: <c>action:free-shipping</c>, <c>group:discounts</c>, <c>channel:email</c>.</param>
/// <param name="Limit">At least 1.</param>
/// <param name="PeriodMs">Milliseconds, at least one second.</param>
public readonly record struct CapRule(ulong Scope, string Name, int Limit, long PeriodMs);

/// <summary>A scope that some action of the library has a cap on.</summary>
/// <param name="Scope">Its hash, see <see cref="CapRule"/>.</param>
/// <param name="PeriodMs">The longest period of any cap on it: for so long a decision has to be remembered.</param>
public readonly record struct CapScope(ulong Scope, long PeriodMs);
