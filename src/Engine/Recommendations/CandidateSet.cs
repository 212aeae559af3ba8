using System.Runtime.InteropServices;

namespace Personalization.Engine.Recommendations;

/// <summary>The candidates of one question, each once, in the order in which they were first proposed.</summary>
internal sealed class CandidateSet
{
    private readonly Dictionary<ulong, int> _places = [];
    private readonly List<Recommendation> _candidates = [];

    public int Count => _candidates.Count;

    /// <summary>Candidates that the customer has not seen.</summary>
    public int Unseen { get; private set; }

    public Span<Recommendation> All => CollectionsMarshal.AsSpan(_candidates);

    public void Clear()
    {
        _places.Clear();
        _candidates.Clear();
        Unseen = 0;
    }

    public bool Contains(ulong item) => _places.ContainsKey(item);

    /// <summary>The place of an item; −1 where it is none of the candidates.</summary>
    public int Find(ulong item) => _places.TryGetValue(item, out var place) ? place : -1;

    public void Add(in Recommendation candidate)
    {
        _places[candidate.Item] = _candidates.Count;
        _candidates.Add(candidate with { Place = _candidates.Count });
        if (!candidate.IsSeen) Unseen++;
    }
}
