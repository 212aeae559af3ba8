using System.Numerics.Tensors;

namespace Personalization.Algorithms.Recommendation.Mixing;

/// <summary>
/// A mix of recommenders whose weights are learned online: a conditional logit over the union of the sources' candidates.
/// </summary>
/// <remarks>
/// <para>Each source proposes its best candidates C; the running session's own items join them where repeats are allowed. For candidate i with
/// features xᵢ (how strongly and how high each source has it, and
/// how recently the session saw it) the mix models which item comes next as</para>
/// <code>
/// P(i | s) = exp(u(i)) / Σ over j ∈ C of exp(u(j)),     u(i) = (w₀ + w_b)·xᵢ
/// </code>
/// <para>with weights shared by all queries (w₀) and weights of a bucket of session lengths (w_b: one click, two or three, more), because how far a
/// source is to be trusted depends on how much it has seen.
/// The log-shares among the features make it a logarithmic opinion pool of the sources. <see cref="LearnWeights"/> takes one AdaGrad step on −log
/// P(next), a convex loss in w, with a pull to the starting weights:
/// wₖ ← wₖ − η·gₖ/√(ε + Σgₖ²), g = Σ P(i)·xᵢ − x_next. A next item that no source proposed says nothing about the weights and is skipped.</para>
/// <para>Sources: McFadden, "Conditional logit analysis of qualitative choice behavior", 1974 (the same loss is ListNet's with one relevant item: Cao
/// et al., ICML 2007); Genest and Zidek, "Combining probability distributions", Statistical Science 1, 1986
/// (the logarithmic pool); Duchi, Hazan, Singer, "Adaptive subgradient methods", JMLR 12, 2011.</para>
/// <para>Clicks (<see cref="Learn"/>, all sources) and weights (<see cref="LearnWeights"/>) are learned apart: weights may be learned elsewhere and
/// set by <see cref="SetWeights"/>. To be honest, ask and learn the weights on a session before its clicks are learned.</para>
/// <para>Cost of a query: those of the sources plus about 40 multiplications a candidate.</para>
/// </remarks>
public sealed class RecommendationMix : SessionRecommender
{
    private const int FormatVersion = 1;
    private readonly SessionRecommender[] _sources;
    private readonly MixOptions _options;
    private readonly MixFeatures _features;
    private readonly double[] _start;
    private readonly double[] _weights;
    private readonly double[] _squares;

    /// <summary>Mixes sources; the mix owns them from now on. It starts by trusting all alike.</summary>
    /// <exception cref="ArgumentException">No source, or a mix among them.</exception>
    public RecommendationMix(IEnumerable<SessionRecommender> sources, MixOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        _sources = [.. sources];
        if (_sources.Length == 0 || Array.Exists(_sources, s => s is RecommendationMix)) throw new ArgumentException("A mix needs sources that are not mixes.", nameof(sources));
        _options = options ?? new MixOptions();
        _options.Validate();
        _features = new MixFeatures(_sources.Length);
        _start = new double[_features.WeightCount];
        _features.FillStart(_start);
        _weights = (double[])_start.Clone();
        _squares = new double[_weights.Length];
    }

    /// <inheritdoc/>
    public override string Name => "mix";

    /// <summary>The sources, in the order of their features.</summary>
    public IReadOnlyList<SessionRecommender> Sources => _sources;

    /// <summary>The weights: w₀, then one vector for each bucket of session lengths; each holds the features of the sources in their order, then
    /// those of the session.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <inheritdoc/>
    public override long AllocatedBytes => _sources.Sum(s => s.AllocatedBytes) + (24L * _weights.Length);

    /// <inheritdoc/>
    public override void Learn(in Click click)
    {
        foreach (var source in _sources) source.Learn(click);
    }

    /// <summary>Takes over weights that were learned by a mix of the same sources.</summary>
    /// <exception cref="ArgumentException">The number of weights is another, or one is not finite.</exception>
    public void SetWeights(ReadOnlySpan<double> weights)
    {
        if (weights.Length != _weights.Length) throw new ArgumentException($"This mix has {_weights.Length} weights.", nameof(weights));
        if (!TensorPrimitives.IsFiniteAll(weights)) throw new ArgumentException("Weights must be finite.", nameof(weights));
        weights.CopyTo(_weights);
    }

    /// <summary>Learns the weights from one query and the item that came next. The sources do not change.</summary>
    /// <returns>The loss −log P(next) before the step; NaN where no source proposed the item, and nothing was learned.</returns>
    public double LearnWeights(in SessionQuery query, ulong next, RecommendationScratch scratch)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        var work = Prepare(query, scratch);
        var target = work.Find(next);
        if (target < 0) return double.NaN;
        var utilities = work.Utilities;
        var loss = LogSumExp(utilities) - utilities[target];
        TensorPrimitives.SoftMax(utilities, utilities);
        var gradient = work.Expected.AsSpan(0, _features.Width);
        gradient.Clear();
        for (var row = 0; row < work.Count; row++)
        {
            var share = utilities[row] - (row == target ? 1 : 0);
            var x = work.FeaturesAt(row);
            for (var k = 0; k < x.Length; k++) gradient[k] += share * x[k];
        }

        Step(0, gradient);
        Step(_features.BucketOffset(query.Items.Length), gradient);
        return loss;
    }

    private void Step(int offset, ReadOnlySpan<double> gradient)
    {
        for (var k = 0; k < gradient.Length; k++)
        {
            var w = offset + k;
            var g = gradient[k] + (_options.Regularization * (_weights[w] - _start[w]));
            _squares[w] += g * g;
            _weights[w] -= _options.LearningRate * g / Math.Sqrt(1e-6 + _squares[w]);
        }
    }

    private protected override void CollectCandidates(in SessionQuery query, RecommendationScratch scratch)
    {
        var work = Prepare(query, scratch);
        scratch.Candidates.Clear();
        if (work.Count == 0) return;
        var utilities = work.Utilities;
        TensorPrimitives.SoftMax(utilities, utilities);
        for (var row = 0; row < work.Count; row++) scratch.Candidates.Add(work.ItemAt(row), utilities[row]);
    }

    private MixWorkspace Prepare(in SessionQuery query, RecommendationScratch scratch)
    {
        var work = scratch.Mix;
        work.Clear(_features.Width, _options.CandidatesPerSource);
        for (var s = 0; s < _sources.Length; s++)
        {
            var found = work.FromSource.AsSpan(0, _options.CandidatesPerSource);
            found = found[.._sources[s].Recommend(query, scratch, found)];
            MixFeatures.AddSource(work, s, found);
        }

        _features.AddSession(work, query);
        var bucket = _features.BucketOffset(query.Items.Length);
        var utilities = work.Utilities;
        for (var row = 0; row < work.Count; row++)
        {
            var x = work.FeaturesAt(row);
            var utility = 0.0;
            for (var k = 0; k < x.Length; k++) utility += (_weights[k] + _weights[bucket + k]) * x[k];
            utilities[row] = utility;
        }

        return work;
    }

    private static double LogSumExp(ReadOnlySpan<double> values)
    {
        var max = TensorPrimitives.Max(values);
        var sum = 0.0;
        foreach (var value in values) sum += Math.Exp(value - max);
        return max + Math.Log(sum);
    }

    /// <inheritdoc/>
    public override void Save(BinaryWriter writer)
    {
        SaveWeights(writer);
        foreach (var source in _sources) source.Save(writer);
    }

    /// <summary>Writes the weights and what their learning needs, without the sources: about 1 KiB for four of them.</summary>
    public void SaveWeights(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(FormatVersion);
        writer.Write(_weights.Length);
        foreach (var weight in _weights) writer.Write(weight);
        foreach (var square in _squares) writer.Write(square);
    }

    /// <summary>Reads what <see cref="SaveWeights"/> wrote; learning goes on from there as if it had never stopped.</summary>
    /// <exception cref="InvalidDataException">Unknown format, or another number of sources; nothing was changed.</exception>
    public void LoadWeights(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (reader.ReadInt32() is var version and not FormatVersion) throw new InvalidDataException($"mix of format {version}; this is {FormatVersion}.");
        if (reader.ReadInt32() is var count && count != _weights.Length) throw new InvalidDataException($"{count} weights do not belong to {_sources.Length} sources.");
        for (var i = 0; i < count; i++) _weights[i] = reader.ReadDouble();
        for (var i = 0; i < count; i++) _squares[i] = reader.ReadDouble();
    }

    /// <summary>Reads what <see cref="Save"/> wrote, the sources by their own loaders in the order in which they were mixed.</summary>
    /// <exception cref="InvalidDataException">Unknown format, or another number of sources.</exception>
    public static RecommendationMix Load(BinaryReader reader, IEnumerable<Func<BinaryReader, SessionRecommender>> sources, MixOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(sources);
        if (reader.ReadInt32() is var version and not FormatVersion) throw new InvalidDataException($"mix of format {version}; this is {FormatVersion}.");
        var weights = new double[reader.ReadInt32()];
        var squares = new double[weights.Length];
        for (var i = 0; i < weights.Length; i++) weights[i] = reader.ReadDouble();
        for (var i = 0; i < squares.Length; i++) squares[i] = reader.ReadDouble();
        var loaded = new RecommendationMix(sources.Select(load => load(reader)), options);
        if (loaded._weights.Length != weights.Length) throw new InvalidDataException($"{weights.Length} weights do not belong to {loaded._sources.Length} sources.");
        weights.CopyTo(loaded._weights, 0);
        squares.CopyTo(loaded._squares, 0);
        return loaded;
    }
}
