using System.Collections.Concurrent;
using Personalization.Algorithms.Recommendation;
using Personalization.Configuration;
using Personalization.Engine.Models;
using Personalization.Engine.Recommendations.Catalogue;
using Personalization.Stores;

namespace Personalization.Engine.Recommendations.Indexes;

/// <summary>
/// The item indexes while they learn. Clicks of a batch are numbered in the order of the outbox; before a click is learned, the mix is asked
/// what it had expected of that session and learns its weights from what came.
/// </summary>
/// <remarks>
/// <para>The weights' signal is the next click of a session, returns to items seen before included: the four sources are asked with the session as it was
/// before the click, and the conditional logit moves towards those that had it (<see cref="Algorithms.Recommendation.Mixing.RecommendationMix"/>). The
/// click is learned by the sources only after that, so none can know it. Rules on repeats leave items out of an answer later; the order of the others is
/// the same.</para>
/// <para>At most <see cref="RecommendationOptions.WeightExamplesPerBatch"/> clicks a batch are asked about, evenly spread. Replicas get the weights with
/// every <see cref="WeightsEvery"/>-th example at the latest; they are stored at each save.</para>
/// </remarks>
public sealed class ItemIndexModel : IOnlineModel, IItemListener
{
    /// <summary>The model's name.</summary>
    public const string Name = "items";

    /// <summary>After how many examples the weights are sent along.</summary>
    public const int WeightsEvery = 32;

    private readonly RecommendationOptions _options;
    private readonly RecommendationScratch _scratch = new();
    private readonly SessionTails _tails = new();
    private readonly List<Click> _batch = [];
    private readonly ConcurrentQueue<IReadOnlyList<ItemTokens>> _puts = new();
    private ItemIndexes _indexes;
    private int _unsentExamples;

    /// <summary>Makes empty indexes that learn what items are like from a catalogue.</summary>
    public ItemIndexModel(RecommendationOptions options, ItemCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        _options = options;
        _indexes = new ItemIndexes(options);
        catalogue.Subscribe(this);
    }

    /// <summary>The indexes as learned so far.</summary>
    public ItemIndexes Indexes => _indexes;

    /// <summary>Clicks that the weights learned from.</summary>
    public long WeightExamples { get; private set; }

    /// <inheritdoc/>
    public long AllocatedBytes => _indexes.AllocatedBytes + _tails.AllocatedBytes;

    /// <inheritdoc/>
    public void Learn(OutboxRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _batch.AddRange(ClickFacts.Read(row.Item.Bytes).Span);
    }

    /// <inheritdoc/>
    public PublishedChange? TakeChange()
    {
        TakePuts();
        if (_batch.Count == 0) return null;
        var from = _indexes.Position;
        var clicks = _batch.ToArray();
        LearnBatch(clicks);
        var weights = Array.Empty<byte>();
        if (_unsentExamples >= WeightsEvery)
        {
            weights = IndexChange.SaveWeights(_indexes);
            _unsentExamples = 0;
        }

        _batch.Clear();
        return new PublishedChange(IndexChange.Write(from, clicks, weights), IsWhole: false);
    }

    /// <inheritdoc/>
    public void Replay(ReadOnlySpan<byte> change)
    {
        var (clicks, weights) = IndexChange.Read(change);
        IndexChange.Apply(_indexes, clicks, weights);
    }

    /// <inheritdoc/>
    public byte[] SaveRest() => IndexChange.SaveWeights(_indexes);

    /// <inheritdoc/>
    public void LoadRest(ReadOnlySpan<byte> rest) => IndexChange.LoadWeights(_indexes, rest.ToArray());

    /// <inheritdoc/>
    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(new BufferedStream(stream, 1 << 16), System.Text.Encoding.UTF8, leaveOpen: true);
        _indexes.Save(writer);
        writer.Flush();
    }

    /// <inheritdoc/>
    /// <remarks>Before anything is learned: what the catalogue told so far is taken in with the first change.</remarks>
    public void Load(Stream stream)
    {
        using var reader = new BinaryReader(new BufferedStream(stream, 1 << 16), System.Text.Encoding.UTF8, leaveOpen: true);
        _indexes = ItemIndexes.Load(reader, _options);
    }

    /// <inheritdoc/>
    public void Put(IReadOnlyList<ItemTokens> contents) => _puts.Enqueue(contents);

    private void TakePuts()
    {
        while (_puts.TryDequeue(out var put)) _indexes.Put(put);
    }

    private void LearnBatch(Click[] clicks)
    {
        var stride = _options.WeightExamplesPerBatch == 0 ? int.MaxValue : Math.Max(1, (clicks.Length + _options.WeightExamplesPerBatch - 1) / _options.WeightExamplesPerBatch);
        Span<ulong> room = stackalloc ulong[SessionTails.Length];
        for (var i = 0; i < clicks.Length; i++)
        {
            var before = _tails.Append(clicks[i].Session, clicks[i].Item, room);
            if (stride != int.MaxValue && i % stride == 0 && !before.IsEmpty) LearnWeights(before, clicks[i]);
            _indexes.Learn(clicks.AsSpan(i, 1));
        }
    }

    private void LearnWeights(ReadOnlySpan<ulong> before, in Click next)
    {
        var loss = _indexes.Mix.LearnWeights(new SessionQuery(before, next.Time, RepeatPolicy.Allow), next.Item, _scratch);
        if (double.IsNaN(loss)) return;
        WeightExamples++;
        _unsentExamples++;
    }
}
