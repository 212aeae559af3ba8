namespace Personalization.Algorithms.Recommendation.Mixing;

/// <summary>The candidates of one query with their features, a row each.</summary>
internal sealed class MixWorkspace
{
    private readonly ScoreTable _rowOf = new();
    private ulong[] _items = new ulong[256];
    private float[] _features = [];
    private double[] _utilities = new double[256];
    private int _width;

    public int Count { get; private set; }

    public ScoredItem[] FromSource { get; private set; } = [];

    public Span<double> Utilities => _utilities.AsSpan(0, Count);

    public double[] Expected { get; private set; } = [];

    public void Clear(int width, int candidatesPerSource)
    {
        _rowOf.Clear();
        Count = 0;
        _width = width;
        if (FromSource.Length < candidatesPerSource) FromSource = new ScoredItem[candidatesPerSource];
        if (_features.Length < _items.Length * width) _features = new float[_items.Length * width];
        if (Expected.Length < width) Expected = new double[width];
    }

    public ulong ItemAt(int row) => _items[row];

    public Span<float> FeaturesAt(int row) => _features.AsSpan(row * _width, _width);

    /// <summary>The row of an item, −1 where it is no candidate.</summary>
    public int Find(ulong item) => (int)_rowOf.Find(item) - 1;

    public int RowOf(ulong item)
    {
        ref var row = ref _rowOf.At(item);
        if (row > 0) return (int)row - 1;
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, _items.Length * 2);
            Array.Resize(ref _utilities, _items.Length);
            Array.Resize(ref _features, _items.Length * _width);
        }

        _items[Count] = item;
        FeaturesAt(Count).Clear();
        row = ++Count;
        return Count - 1;
    }
}
