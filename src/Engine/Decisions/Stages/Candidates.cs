using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>
/// The actions that a decision has left, stage by stage, with what is known of each side by side. Working space of one thread, used again for
/// every decision, so that a decision allocates its record and little else.
/// </summary>
internal sealed class Candidates
{
    [ThreadStatic]
    private static Candidates? _ofThread;

    private LibraryAction[] _actions = new LibraryAction[64];
    private ulong[] _keys = new ulong[64];
    private ulong[] _groups = new ulong[64];
    private double[] _worth = new double[64];
    private double[] _means = new double[64];
    private double[] _deviations = new double[64];
    private double[] _probabilities = new double[64];
    private readonly List<Known> _aside = [];

    /// <summary>What the choices so far spend of caps.</summary>
    public List<CapCharge> Charges { get; } = [];

    /// <summary>How many are left.</summary>
    public int Count { get; private set; }

    public Span<LibraryAction> Actions => _actions.AsSpan(0, Count);

    public Span<ulong> Keys => _keys.AsSpan(0, Count);

    public Span<ulong> Groups => _groups.AsSpan(0, Count);

    /// <summary>Value × lever.</summary>
    public Span<double> Worth => _worth.AsSpan(0, Count);

    /// <summary>Means of the scores.</summary>
    public Span<double> Means => _means.AsSpan(0, Count);

    /// <summary>Deviations of the scores that sampling draws with.</summary>
    public Span<double> Deviations => _deviations.AsSpan(0, Count);

    /// <summary>π of the place that is being filled.</summary>
    public Span<double> Probabilities => _probabilities.AsSpan(0, Count);

    /// <summary>The thread's own, empty.</summary>
    public static Candidates OfThread()
    {
        var candidates = _ofThread ??= new Candidates();
        candidates.Count = 0;
        candidates._aside.Clear();
        candidates.Charges.Clear();
        return candidates;
    }

    public void Add(LibraryAction action)
    {
        if (Count == _actions.Length) Grow();
        _actions[Count++] = action;
    }

    /// <summary>Keeps those that pass, in their order. Only before anything else is known of them.</summary>
    public void Keep<TState>(ref TState state, PassOf<TState> passes)
        where TState : allows ref struct
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (passes(ref state, _actions[i])) _actions[kept++] = _actions[i];
        }

        Array.Clear(_actions, kept, Count - kept);
        Count = kept;
    }

    /// <summary>Takes one out, with all that is known of it; the order of the others stays, so that ties fall alike in every place.</summary>
    public void RemoveAt(int index)
    {
        var after = Count - index - 1;
        Array.Copy(_actions, index + 1, _actions, index, after);
        Array.Copy(_keys, index + 1, _keys, index, after);
        Array.Copy(_groups, index + 1, _groups, index, after);
        Array.Copy(_worth, index + 1, _worth, index, after);
        Array.Copy(_means, index + 1, _means, index, after);
        Array.Copy(_deviations, index + 1, _deviations, index, after);
        Count--;
    }

    /// <summary>Takes one out until <see cref="TakeBack"/>.</summary>
    public void SetAside(int index)
    {
        _aside.Add(new Known(_actions[index], _keys[index], _groups[index], _worth[index], _means[index], _deviations[index]));
        RemoveAt(index);
    }

    /// <summary>Brings back what was set aside.</summary>
    public void TakeBack()
    {
        // Set aside from the end: taken back in the library's order.
        for (var i = _aside.Count - 1; i >= 0; i--)
        {
            var known = _aside[i];
            Add(known.Action);
            var last = Count - 1;
            (_keys[last], _groups[last], _worth[last], _means[last], _deviations[last]) = (known.Key, known.Group, known.Worth, known.Mean, known.Deviation);
        }

        _aside.Clear();
    }

    /// <summary>Whether an action stays.</summary>
    public delegate bool PassOf<TState>(ref TState state, LibraryAction action)
        where TState : allows ref struct;

    private readonly record struct Known(LibraryAction Action, ulong Key, ulong Group, double Worth, double Mean, double Deviation);

    private void Grow()
    {
        var size = _actions.Length * 2;
        Array.Resize(ref _actions, size);
        Array.Resize(ref _keys, size);
        Array.Resize(ref _groups, size);
        Array.Resize(ref _worth, size);
        Array.Resize(ref _means, size);
        Array.Resize(ref _deviations, size);
        Array.Resize(ref _probabilities, size);
    }
}
