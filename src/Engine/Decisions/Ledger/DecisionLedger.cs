using Personalization.Decisions;
using Personalization.Engine.Decisions.Policies;

namespace Personalization.Engine.Decisions.Ledger;

/// <summary>One customer's open decisions and what caps have been spent. Part of the profile's side record.</summary>
internal sealed class DecisionLedger
{
    /// <summary>Open decisions kept, at most: beyond it one closes early with its default.</summary>
    public const int MaxOpen = 64;

    /// <summary>Open recommendations kept, at most: every page asks for some, and the decisions that models learn from must not go for them.</summary>
    public const int MaxOpenRecommendations = 8;

    private readonly List<OpenDecision> _open = [];
    private readonly SortedList<ulong, CapHistory> _caps = [];
    // In the order of their last use, the latest last.
    private readonly List<KeyValuePair<string, CustomerActionModel>> _own = new(1);

    /// <summary>The open decisions, in log order.</summary>
    public IReadOnlyList<OpenDecision> Open => _open;

    /// <summary>Cap histories by scope.</summary>
    public IReadOnlyDictionary<ulong, CapHistory> Caps => _caps;

    /// <summary>Models that the customer has parameters of its own beside, at most: for a further one those leave that learned longest ago.</summary>
    public const int MaxOwn = 4;

    /// <summary>The customer's own parameters by model (a slot's name, or <see cref="SlotSettings.SharedModel"/>), in the order of their last use.</summary>
    public IReadOnlyList<KeyValuePair<string, CustomerActionModel>> Own => _own;

    /// <summary>The customer's own parameters beside a model; null without any.</summary>
    public CustomerActionModel? OwnIn(string model) => IndexOf(model) is >= 0 and var index ? _own[index].Value : null;

    /// <summary>Decisions that had to close early.</summary>
    public long ClosedEarly { get; set; }

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => _open.Count == 0 && _caps.Count == 0 && _own.Count == 0 && ClosedEarly == 0;

    /// <summary>When the next window closes whose end has an effect; null if there is none.</summary>
    public long? NextClose
    {
        get
        {
            long? next = null;
            foreach (var decision in _open)
            {
                if (!decision.ClosesSilently && !(decision.ClosesAt >= next)) next = decision.ClosesAt;
            }

            return next;
        }
    }

    /// <summary>An open decision by its short id's hash.</summary>
    public OpenDecision? Find(ulong idHash)
    {
        foreach (var decision in _open)
        {
            if (decision.IdHash == idHash) return decision;
        }

        return null;
    }

    /// <summary>An open decision by its caller's key.</summary>
    public OpenDecision? FindKey(ulong idempotencyKey)
    {
        foreach (var decision in _open)
        {
            if (decision.IdempotencyKey == idempotencyKey) return decision;
        }

        return null;
    }

    /// <summary>How often a scope was spent of within a period up to a time.</summary>
    public int Spent(ulong scope, long at, long periodMs) => _caps.TryGetValue(scope, out var history) ? history.CountSince(at, periodMs) : 0;

    /// <summary>Spends of a cap, and drops histories that are over.</summary>
    public void Spend(in CapCharge charge, long at, long now)
    {
        for (var i = _caps.Count - 1; i >= 0; i--)
        {
            if (_caps.GetValueAtIndex(i).IsOver(now)) _caps.RemoveAt(i);
        }

        if (!_caps.TryGetValue(charge.Scope, out var history)) _caps[charge.Scope] = history = new CapHistory();
        history.Spend(at, now, charge.PeriodMs);
    }

    /// <summary>Gives back what a decision spent.</summary>
    public void Release(OpenDecision decision)
    {
        foreach (var scope in decision.Charges)
        {
            if (_caps.TryGetValue(scope, out var history)) history.Release(decision.At);
        }
    }

    /// <summary>The customer's own parameters beside a model, to be written to.</summary>
    public CustomerActionModel OwnOf(string model)
    {
        var index = IndexOf(model);
        var own = index >= 0 ? _own[index].Value : new CustomerActionModel();
        if (index >= 0) _own.RemoveAt(index);
        else if (_own.Count == MaxOwn) _own.RemoveAt(0);
        _own.Add(KeyValuePair.Create(model, own));
        return own;
    }

    public void Restore(string model, CustomerActionModel own) => _own.Add(KeyValuePair.Create(model, own));

    private int IndexOf(string model)
    {
        for (var i = 0; i < _own.Count; i++)
        {
            if (_own[i].Key == model) return i;
        }

        return -1;
    }

    public void Add(OpenDecision decision) => _open.Add(decision);

    public void Remove(OpenDecision decision) => _open.Remove(decision);

    public void Restore(ulong scope, CapHistory history) => _caps[scope] = history;

    /// <summary>
    /// What is to leave first where there is no more room for a further one of a kind: for a recommendation the oldest recommendation, if there is one; else the oldest
    /// decision that has all its rewards, else the oldest.
    /// </summary>
    public OpenDecision? ToCloseEarly(DecisionKind kind)
    {
        OpenDecision? oldest = null;
        if (kind == DecisionKind.Recommendation)
        {
            var count = 0;
            foreach (var decision in _open)
            {
                if (decision.Kind != DecisionKind.Recommendation) continue;
                oldest ??= decision;
                if (++count >= MaxOpenRecommendations) return oldest;
            }
        }

        if (_open.Count < MaxOpen) return null;
        if (oldest is not null) return oldest;
        foreach (var decision in _open)
        {
            if (decision.IsRewarded) return decision;
        }

        return _open[0];
    }

    /// <summary>Drops decisions whose windows are over and whose end has no effect: no wake-up comes for them.</summary>
    public void DropSilent(long at) => _open.RemoveAll(decision => decision.ClosesSilently && decision.ClosesAt < at);
}
