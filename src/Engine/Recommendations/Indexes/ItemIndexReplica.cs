using Personalization.Algorithms.Recommendation.Replication;
using Personalization.Configuration;
using Personalization.Engine.Models;
using Personalization.Engine.Recommendations.Catalogue;

namespace Personalization.Engine.Recommendations.Indexes;

/// <summary>
/// The item indexes as one silo serves them: two equal instances, readers on the one, changes on the other (<see cref="LeftRight{T}"/>). A reader never
/// waits and sees all of a change or nothing of it.
/// </summary>
public sealed class ItemIndexReplica : IModelReplica, IItemListener
{
    private readonly RecommendationOptions _options;
    private readonly Lock _writing = new();
    private LeftRight<ItemIndexes> _indexes;

    /// <summary>Makes empty indexes that learn what items are like from a catalogue.</summary>
    public ItemIndexReplica(RecommendationOptions options, ItemCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        _options = options;
        Catalogue = catalogue;
        _indexes = new LeftRight<ItemIndexes>(new ItemIndexes(options), new ItemIndexes(options));
        catalogue.Subscribe(this);
    }

    /// <summary>This silo's catalogue.</summary>
    public ItemCatalogue Catalogue { get; }

    /// <inheritdoc/>
    public long AllocatedBytes
    {
        get
        {
            using var lease = Read();
            return 2 * lease.Value.AllocatedBytes;
        }
    }

    /// <summary>Opens the indexes for one query; dispose the lease when the query is answered, and never hold it across an await.</summary>
    public LeftRight<ItemIndexes>.Lease Read() => Volatile.Read(ref _indexes).Read();

    /// <inheritdoc/>
    public void Load(Stream? state)
    {
        var (left, right) = (LoadOne(state), LoadOne(state));
        // The new indexes learn the catalogue while the old ones serve; no change of it falls between.
        Catalogue.Visit(
            contents =>
            {
                left.Put(contents);
                right.Put(contents);
            },
            () =>
            {
                lock (_writing) Volatile.Write(ref _indexes, new LeftRight<ItemIndexes>(left, right));
            });
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<byte> change, bool isWhole)
    {
        var (clicks, weights) = IndexChange.Read(change);
        lock (_writing)
        {
            // A change that does not join on must not be begun: it would leave the two instances unequal.
            using (var lease = _indexes.Read())
            {
                if (clicks.From != lease.Value.Position) throw new InvalidDataException($"clicks from number {clicks.From} do not join on to {lease.Value.Position}");
            }

            _indexes.Write((clicks, weights), static (indexes, next) => IndexChange.Apply(indexes, next.clicks, next.weights));
        }
    }

    /// <inheritdoc/>
    public void Put(IReadOnlyList<ItemTokens> contents)
    {
        lock (_writing) _indexes.Write(contents, static (indexes, put) => indexes.Put(put));
    }

    private ItemIndexes LoadOne(Stream? state)
    {
        if (state is null) return new ItemIndexes(_options);
        state.Position = 0;
        using var reader = new BinaryReader(new BufferedStream(state, 1 << 16), System.Text.Encoding.UTF8, leaveOpen: true);
        return ItemIndexes.Load(reader, _options);
    }
}
