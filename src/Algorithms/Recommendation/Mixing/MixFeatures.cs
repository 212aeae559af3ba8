namespace Personalization.Algorithms.Recommendation.Mixing;

/// <summary>What the mix knows about a candidate. Per source: the share of its largest score, the logarithm of that share, the reciprocal of the
/// rank, and that the source has it at all. For the session: whether and how recently it saw the item.</summary>
internal sealed class MixFeatures(int sources)
{
    private const int PerSource = 4;
    private const int OfSession = 5;
    private const int Buckets = 3;

    // A share of e^−5 and no share at all are the same: far below what decides a place among the first twenty.
    private const float LogFloor = 5;

    public int Width { get; } = (PerSource * sources) + OfSession;

    public int WeightCount => Width * (1 + Buckets);

    public int BucketOffset(int sessionLength) => Width * (1 + (sessionLength <= 1 ? 0 : sessionLength <= 3 ? 1 : 2));

    public void FillStart(Span<double> weights)
    {
        for (var s = 0; s < sources; s++) weights[s * PerSource] = weights[(s * PerSource) + 1] = 1.0 / sources;
    }

    public static void AddSource(MixWorkspace work, int source, ReadOnlySpan<ScoredItem> found)
    {
        var top = found.IsEmpty ? 0 : found[0].Score;
        for (var i = 0; i < found.Length; i++)
        {
            var share = top > 0 ? (float)(Math.Max(0, found[i].Score) / top) : 0;
            var x = work.FeaturesAt(work.RowOf(found[i].Item))[(source * PerSource)..];
            x[0] = share;
            x[1] = Math.Max(0, LogFloor + MathF.Log(Math.Max(share, 1e-6f)));
            x[2] = 1f / (i + 1);
            x[3] = 1;
        }
    }

    public void AddSession(MixWorkspace work, in SessionQuery query)
    {
        var items = query.Items;
        for (var position = 1; position <= items.Length && position <= 64; position++)
        {
            var item = items[^position];
            if (!query.Permits(item)) continue;
            var x = work.FeaturesAt(work.RowOf(item))[(sources * PerSource)..];
            if (x[0] == 0)
            {
                x[0] = 1;
                x[1] = position == 1 ? 1 : 0;
                x[2] = position == 2 ? 1 : 0;
                x[3] = 1f / position;
            }

            x[4] = MathF.Min(3, x[4] + 1);
        }
    }
}
