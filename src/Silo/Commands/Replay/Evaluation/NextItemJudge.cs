namespace Personalization.Silo.Commands.Replay.Evaluation;

/// <summary>What a case of next-item prediction is, by what anybody could have known before it.</summary>
public enum NextItemCase
{
    /// <summary>The customer had seen the item before.</summary>
    Repeat,

    /// <summary>The item is new to the customer and not to others.</summary>
    KnownNew,

    /// <summary>Nobody had seen the item.</summary>
    Unseen,
}

/// <summary>
/// Judges predictions of the next item as they are made, and keeps what the two reference predictors know: each customer's own last items, and what
/// is popular so far. Predict, then learn: <see cref="Judge"/> comes before <see cref="Learn"/>.
/// </summary>
/// <remarks>
/// With r the rank of the item that came next among the K asked for (a miss has no rank): HR@K = [r ≤ K], MRR@K = [r ≤ K]/r, averaged over all cases;
/// nothing is sampled and no case is left out. Safe for several callers at once.
/// </remarks>
public sealed class NextItemJudge(int cutoff)
{
    /// <summary>The predictors that are compared: the engine, the customer's last items, what is popular.</summary>
    public const int Predictors = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<string>> _customers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _popularity = new(StringComparer.Ordinal);
    private readonly List<string> _leaders = [];
    private readonly Score[,] _scores = new Score[Predictors, Enum.GetValues<NextItemCase>().Length];

    /// <summary>K: how many items are asked for.</summary>
    public int Cutoff => cutoff;

    /// <summary>Judges a prediction by the item that came next.</summary>
    public NextItemCase Judge(string customer, string next, IReadOnlyList<string> predicted)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        lock (_lock)
        {
            var own = _customers.GetValueOrDefault(customer) ?? [];
            var kind = own.Contains(next) ? NextItemCase.Repeat : _popularity.ContainsKey(next) ? NextItemCase.KnownNew : NextItemCase.Unseen;
            Add(0, kind, RankOf(predicted, next));
            Add(1, kind, RankOf(own, next));
            Add(2, kind, RankOf(_leaders, next));
            return kind;
        }
    }

    /// <summary>Takes in what came.</summary>
    public void Learn(string customer, string item)
    {
        lock (_lock)
        {
            if (!_customers.TryGetValue(customer, out var own)) _customers[customer] = own = [];
            own.Remove(item);
            own.Insert(0, item);
            if (own.Count > Remembered) own.RemoveAt(own.Count - 1);
            var count = _popularity[item] = _popularity.GetValueOrDefault(item) + 1;
            Lead(item, count);
        }
    }

    /// <summary>The sums of a predictor over one kind of case, or over all.</summary>
    public Score ScoreOf(int predictor, NextItemCase? kind = null)
    {
        lock (_lock)
        {
            if (kind is { } one) return _scores[predictor, (int)one];
            var sum = default(Score);
            foreach (var each in Enum.GetValues<NextItemCase>()) sum += _scores[predictor, (int)each];
            return sum;
        }
    }

    /// <summary>Items remembered of a customer: more than are ever asked for, so that a repeat is known as one.</summary>
    private const int Remembered = 1000;

    private void Add(int predictor, NextItemCase kind, int rank) =>
        _scores[predictor, (int)kind] += new Score(1, rank > 0 ? 1 : 0, rank > 0 ? 1.0 / rank : 0);

    private int RankOf(IReadOnlyList<string> predicted, string next)
    {
        for (var i = 0; i < predicted.Count && i < cutoff; i++)
        {
            if (predicted[i] == next) return i + 1;
        }

        return 0;
    }

    private void Lead(string item, int count)
    {
        var place = _leaders.IndexOf(item);
        if (place < 0)
        {
            if (_leaders.Count == cutoff)
            {
                if (count <= _popularity[_leaders[^1]]) return;
                _leaders.RemoveAt(cutoff - 1);
            }

            place = _leaders.Count;
            _leaders.Add(item);
        }

        for (; place > 0 && _popularity[_leaders[place - 1]] < count; place--) (_leaders[place - 1], _leaders[place]) = (_leaders[place], _leaders[place - 1]);
    }

    /// <summary>Sums over cases.</summary>
    /// <param name="Cases">Cases.</param>
    /// <param name="Hits">Those whose next item was among the K.</param>
    /// <param name="ReciprocalRanks">Sum of 1/rank.</param>
    public readonly record struct Score(int Cases, int Hits, double ReciprocalRanks)
    {
        /// <summary>HR@K.</summary>
        public double HitRate => Cases == 0 ? 0 : Hits / (double)Cases;

        /// <summary>MRR@K.</summary>
        public double MeanReciprocalRank => Cases == 0 ? 0 : ReciprocalRanks / Cases;

        /// <summary>The sums together.</summary>
        public static Score operator +(Score left, Score right) =>
            new(left.Cases + right.Cases, left.Hits + right.Hits, left.ReciprocalRanks + right.ReciprocalRanks);
    }
}
