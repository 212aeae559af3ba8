using System.Runtime.InteropServices;
using Personalization.Algorithms.Recommendation.Indexing;

namespace Personalization.Algorithms.Recommendation.ItemPairs;

/// <summary>
/// Bounded table item → (partner, decayed weight). All weights of an item's row are values at one instant, the newest that the row has seen: a newer
/// pair rescales the row,
/// an older one adds 2^(−age/h) of its weight, so the order of arrival does not matter and no exponent of absolute time occurs.
/// </summary>
/// <remarks>Partners are held by their 64-bit ids, so that recycling an item leaves nothing that points to it. An update costs one pass over the
/// row.</remarks>
internal sealed class DecayedPairs(int itemCapacity, int partnersPerItem, TimeSpan? halfLife)
{
    private readonly RecencyMap _items = new(itemCapacity);
    private readonly SlabPool<Partner> _partners = new();
    private readonly double _halfLife = halfLife?.TotalMilliseconds ?? double.PositiveInfinity;
    private Row[] _rows = new Row[8];

    public int ItemCount => _items.Count;

    public long AllocatedBytes => _items.AllocatedBytes + _partners.AllocatedBytes + (_rows.Length * (long)System.Runtime.CompilerServices.Unsafe.SizeOf<Row>());

    public void Add(ulong item, ulong partner, double weight, long time)
    {
        ref var row = ref Touch(item, time);
        if (time > row.Time)
        {
            var factor = Decay(time - row.Time);
            if (factor < 1)
            {
                foreach (ref var entry in Entries(row)) entry.Weight = (float)(entry.Weight * factor);
                row.Total *= factor;
            }

            row.Time = time;
        }
        else weight *= Decay(row.Time - time);

        row.Total += weight;
        var entries = Entries(row);
        var weakest = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Item == partner)
            {
                entries[i].Weight += (float)weight;
                return;
            }

            if (entries[i].Weight < entries[weakest].Weight) weakest = i;
        }

        var added = new Partner { Item = partner, Weight = (float)weight };
        if (row.Count < partnersPerItem)
        {
            Reserve(ref row);
            _partners.At(row.Block, row.Count++) = added;
        }
        else entries[weakest] = added;
    }

    /// <summary>The partners of an item with their weights at the row's own instant, the row's total weight (partners that lost their place
    /// included), and the factor from that instant to <paramref name="now"/>.</summary>
    public ReadOnlySpan<Partner> Find(ulong item, long now, out double total, out double factor)
    {
        var dense = _items.Find(item);
        if (dense < 0)
        {
            total = factor = 0;
            return [];
        }

        ref readonly var row = ref _rows[dense];
        total = row.Total;
        factor = Decay(Math.Max(0, now - row.Time));
        return Entries(row);
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_items.Count);
        for (var dense = _items.Oldest; dense >= 0; dense = _items.Newer(dense))
        {
            ref readonly var row = ref _rows[dense];
            writer.Write(_items.IdOf(dense));
            writer.Write(row.Time);
            writer.Write(row.Total);
            writer.Write7BitEncodedInt(row.Count);
            foreach (ref readonly var entry in Entries(row))
            {
                writer.Write(entry.Item);
                writer.Write(entry.Weight);
            }
        }
    }

    public void Load(BinaryReader reader)
    {
        for (var items = reader.ReadInt32(); items > 0; items--)
        {
            var item = reader.ReadUInt64();
            ref var row = ref Touch(item, reader.ReadInt64());
            row.Total = reader.ReadDouble();
            for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
            {
                Reserve(ref row);
                _partners.At(row.Block, row.Count++) = new Partner { Item = reader.ReadUInt64(), Weight = reader.ReadSingle() };
            }
        }
    }

    private ref Row Touch(ulong item, long time)
    {
        var dense = _items.Touch(item, out var added, out var recycled);
        if (recycled >= 0) _partners.Return(_rows[recycled].Block, _rows[recycled].SizeClass);
        if (dense >= _rows.Length) Array.Resize(ref _rows, Math.Max(dense + 1, _rows.Length * 2));
        if (added) _rows[dense] = new Row { Time = time, SizeClass = 1, Block = _partners.Rent(1) };
        return ref _rows[dense];
    }

    private void Reserve(ref Row row)
    {
        if (row.Count < 1 << row.SizeClass) return;
        var grown = _partners.Rent(row.SizeClass + 1);
        Entries(row).CopyTo(_partners.Span(grown, row.SizeClass + 1));
        _partners.Return(row.Block, row.SizeClass);
        row.Block = grown;
        row.SizeClass++;
    }

    private Span<Partner> Entries(in Row row) => _partners.Span(row.Block, row.SizeClass)[..row.Count];

    private double Decay(double age) => double.IsPositiveInfinity(_halfLife) ? 1 : double.Exp2(-age / _halfLife);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    internal struct Partner
    {
        public ulong Item;
        public float Weight;
    }

    private struct Row
    {
        public double Total;
        public long Time;
        public int Block;
        public int Count;
        public byte SizeClass;
    }
}
