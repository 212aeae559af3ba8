namespace Personalization.Algorithms.Recommendation.ItemPairs;

/// <summary>What sequential rules and co-visitation share: pairs are learned from a click and the last items of its session, and partners of the
/// session's last items are recommended.</summary>
public abstract class ItemPairRecommender : SessionRecommender
{
    private const int FormatVersion = 1;
    private readonly ItemPairOptions _options;
    private readonly SessionTails _tails;

    private protected ItemPairRecommender(ItemPairOptions? options)
    {
        _options = options ?? new ItemPairOptions();
        _options.Validate();
        _tails = new SessionTails(_options.OpenSessions, _options.Window);
        Pairs = new DecayedPairs(_options.ItemCapacity, _options.PartnersPerItem, _options.HalfLife);
    }

    /// <summary>Items that have partners.</summary>
    public int ItemCount => Pairs.ItemCount;

    /// <inheritdoc/>
    public override long AllocatedBytes => _tails.AllocatedBytes + Pairs.AllocatedBytes;

    private protected DecayedPairs Pairs { get; }

    /// <inheritdoc/>
    public override void Learn(in Click click)
    {
        var before = _tails.Touch(click.Session, out var session);
        for (var distance = 1; distance <= before.Length; distance++) LearnPair(before[^distance], click.Item, distance, click.Time);
        _tails.Append(session, click.Item);
    }

    private protected abstract void LearnPair(ulong earlier, ulong later, int distance, long time);

    private protected override void CollectCandidates(in SessionQuery query, RecommendationScratch scratch)
    {
        var table = scratch.Scores;
        table.Clear();
        var last = query.Items.Length > _options.LastItems ? query.Items[^_options.LastItems..] : query.Items;
        for (var position = 1; position <= last.Length; position++)
        {
            var item = last[^position];
            if (position > 1 && last[(last.Length - position + 1)..].Contains(item)) continue;
            var partners = Pairs.Find(item, query.Time, out var total, out var factor);
            if (total <= 0) continue;
            var share = factor / (total * position);
            foreach (ref readonly var partner in partners) table.At(partner.Item) += partner.Weight * share;
        }

        for (var i = 0; i < table.Count; i++) scratch.Candidates.Add(table.KeyAt(i), table.ScoreAt(i));
    }

    /// <inheritdoc/>
    public override void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(FormatVersion);
        _tails.Save(writer);
        Pairs.Save(writer);
    }

    private protected void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (reader.ReadInt32() is var version and not FormatVersion) throw new InvalidDataException($"{Name} of format {version}; this is {FormatVersion}.");
        _tails.Load(reader);
        Pairs.Load(reader);
    }
}
