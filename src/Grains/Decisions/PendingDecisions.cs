using Personalization.Engine.Decisions;
using Personalization.Engine.Profiles;

namespace Personalization.Grains.Decisions;

/// <summary>
/// The decisions of one activation that are under way: outside the profile, never committed. Caps look at the profile and at these, so that decisions made
/// side by side do not spend the same cap.
/// </summary>
internal sealed class PendingDecisions(TimeProvider time) : IPendingCaps
{
    /// <summary>
    /// How long one whose outcome is not known is held. It is a reservation and no right: one that lands later is checked by the fold.
    /// </summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<ulong, PendingDecision> _pending = [];

    /// <summary>How many there are.</summary>
    public int Count => _pending.Count;

    public void Add(PendingDecision decision)
    {
        Expire();
        _pending.Add(decision.IdHash, decision);
    }

    /// <summary>Drops one that was not appended.</summary>
    public void Withdraw(PendingDecision decision)
    {
        _pending.Remove(decision.IdHash);
        decision.Settle();
    }

    /// <summary>The one with a short id's hash; null if there is none.</summary>
    public PendingDecision? Find(ulong idHash) => _pending.GetValueOrDefault(idHash);

    /// <summary>The one that was made for a caller's key; null if there is none.</summary>
    public PendingDecision? FindKey(ulong key)
    {
        foreach (var decision in _pending.Values)
        {
            if (decision.Made.IdempotencyKey == key) return decision;
        }

        return null;
    }

    /// <inheritdoc />
    public int Reserved(ulong scope, long at, long periodMs)
    {
        var count = 0;
        foreach (var decision in _pending.Values)
        {
            if (decision.At <= at - periodMs) continue;
            foreach (var charge in decision.Made.Caps)
            {
                if (charge.Scope == scope && !charge.LimitOnly) count++;
            }
        }

        return count;
    }

    /// <summary>The fold had one, whatever its verdict.</summary>
    public void Folded(ulong idHash)
    {
        if (_pending.Remove(idHash, out var decision)) decision.Settle();
    }

    /// <summary>Drops what a profile has folded or passed: it may have been read anew since.</summary>
    public void Settle(CustomerProfile profile)
    {
        if (_pending.Count == 0) return;
        Expire();
        foreach (var decision in _pending.Values.ToList())
        {
            if (profile.Remembers(decision.IdHash) || (decision.Position > 0 && decision.Position <= profile.Applied)) Folded(decision.IdHash);
        }
    }

    private void Expire()
    {
        foreach (var decision in _pending.Values.ToList())
        {
            if (time.GetElapsedTime(decision.Since) > Longest) Withdraw(decision);
        }
    }
}
