using Personalization.Events;

namespace Personalization.Engine.Profiles;

/// <summary>The row: version · reported until · session due · totals · base. Version 1 had the purchases in it, which are in the side record since.</summary>
internal static class RowCodec
{
    public static void Write(CustomerProfile profile, ByteWriter writer)
    {
        writer.Byte(ProfileCodec.Version);
        writer.Unsigned((ulong)profile.ReportedUntil);
        writer.Unsigned((ulong)(profile.SessionDue ?? 0));
        WriteTotals(profile.Totals, writer);
        WriteBase(profile.Base, writer);
    }

    public static void Read(CustomerProfile profile, ref ByteReader reader)
    {
        var version = reader.Version(ProfileCodec.Version, "row");
        profile.ReportedUntil = reader.Long();
        var wakeUp = reader.Long();
        profile.SessionDue = wakeUp == 0 ? null : wakeUp;
        profile.Totals = ReadTotals(ref reader, version, out var lateOrders);
        ReadBase(profile.Base, ref reader);
        if (version == 1) ReadEarlierPurchases(profile.Purchases, lateOrders, ref reader);
    }

    private static void WriteTotals(in ProfileTotals totals, ByteWriter writer)
    {
        var present = 0UL;
        for (var type = 0; type < EventTypes.Count; type++)
        {
            if (totals.ByType[type] != 0) present |= 1UL << type;
        }

        writer.Unsigned(present);
        foreach (var count in (ReadOnlySpan<uint>)totals.ByType)
        {
            if (count != 0) writer.Unsigned(count);
        }

        writer.Unsigned(totals.Late);
        writer.Unsigned(totals.Bot);
        writer.Unsigned(totals.Test);
        writer.Decimal(totals.Revenue);
        writer.Decimal(totals.Refunded);
    }

    private static ProfileTotals ReadTotals(ref ByteReader reader, byte version, out uint lateOrders)
    {
        var totals = default(ProfileTotals);
        var present = reader.Unsigned();
        if (present >> EventTypes.Count != 0) throw new InvalidDataException("the row counts event types that are not known to this code");
        for (var type = 0; type < EventTypes.Count; type++)
        {
            if ((present & (1UL << type)) != 0) totals.ByType[type] = reader.UInt32();
        }

        totals.Late = reader.UInt32();
        totals.Bot = reader.UInt32();
        totals.Test = reader.UInt32();
        lateOrders = version == 1 ? reader.UInt32() : 0;
        totals.Revenue = reader.Decimal();
        totals.Refunded = reader.Decimal();
        return totals;
    }

    private static void WriteBase(FeatureState state, ByteWriter writer)
    {
        writer.Unsigned((ulong)state.FirstAt);
        if (state.FirstAt == 0) return;
        writer.Unsigned((ulong)(state.LastTime - state.FirstAt));
        writer.UInt64(state.LastIdHash);
        writer.Unsigned((ulong)state.LastOpenedAt);
        writer.Byte(state.Subscription);
        WriteSession(state.Session, writer);
        if (state.Session.Ordinal > 0)
        {
            writer.Signed(state.LastTime - state.DecayedAt);
            foreach (var count in (ReadOnlySpan<double>)state.Activity) writer.Double(count);
            WriteDense(state.Dense, writer);
            WriteTable(state.Categories, writer);
            WriteTable(state.Brands, writer);
            WriteTable(state.Channels, writer);
            WriteItems(state.Items, writer);
        }
    }

    private static void ReadBase(FeatureState state, ref ByteReader reader)
    {
        state.FirstAt = reader.Long();
        if (state.FirstAt == 0) return;
        state.LastTime = state.FirstAt + reader.Long();
        state.LastIdHash = reader.UInt64();
        state.LastOpenedAt = reader.Long();
        state.Subscription = reader.Byte();
        state.Session = ReadSession(ref reader);
        if (state.Session.Ordinal > 0)
        {
            state.DecayedAt = state.LastTime - reader.Signed();
            foreach (ref var count in (Span<double>)state.Activity) count = reader.Double();
            state.Dense = ReadDense(ref reader);
            state.Categories = ReadTable(ref reader);
            state.Brands = ReadTable(ref reader);
            state.Channels = ReadTable(ref reader);
            state.Items = ReadItems(ref reader);
        }
    }

    private static void WriteSession(in Session session, ByteWriter writer)
    {
        writer.Count(session.Ordinal);
        if (session.Ordinal == 0) return;
        writer.Unsigned((ulong)session.StartedAt);
        writer.Unsigned((ulong)(session.LastAt - session.StartedAt));
        writer.Count(session.Events);
        writer.Count(session.Depth);
        writer.Count(session.Views);
        writer.Count(session.CartItems);
        writer.Count(session.Purchases);
        writer.Decimal(session.CartValue);
    }

    private static Session ReadSession(ref ByteReader reader)
    {
        var session = new Session { Ordinal = reader.Count() };
        if (session.Ordinal == 0) return session;
        session.StartedAt = reader.Long();
        session.LastAt = session.StartedAt + reader.Long();
        session.Events = reader.Count();
        session.Depth = reader.Count();
        session.Views = reader.Count();
        session.CartItems = reader.Count();
        session.Purchases = reader.Count();
        session.CartValue = reader.Decimal();
        return session;
    }

    /// <summary>What version 1 had of the purchases: late orders behind the counts, and at the end of the base what it had folded of them.</summary>
    private static void ReadEarlierPurchases(PurchaseProcess purchases, uint lateOrders, ref ByteReader reader)
    {
        var firstAt = reader.IsAtEnd ? 0 : reader.Long();
        if (firstAt == 0)
        {
            purchases.TakeOver(0, lateOrders, new PurchaseDays(), 0, 0);
            return;
        }

        var lastAt = firstAt + reader.Long();
        var orders = reader.UInt32();
        var days = reader.Count();
        var firstDay = (int)reader.Signed();
        var lastDay = firstDay + (int)reader.Signed();
        var (mean, squares) = days < 2 ? (0, 0) : (reader.Double(), reader.Double());
        if (days == 0 || lastDay < firstDay || !(squares >= 0 && squares < 1e15 && Math.Abs(mean) < 1e7)) throw new InvalidDataException("the row's purchases contradict themselves");
        purchases.TakeOver(orders, lateOrders, PurchaseDays.Of(days, firstDay, lastDay, mean, squares), firstAt, lastAt);
    }

    private static void WriteDense(double[] dense, ByteWriter writer)
    {
        var present = 0UL;
        for (var i = 0; i < dense.Length; i++)
        {
            if (dense[i] != 0) present |= 1UL << i;
        }

        writer.Unsigned(present);
        foreach (var weight in dense)
        {
            if (weight != 0) writer.Double(weight);
        }
    }

    private static double[] ReadDense(ref ByteReader reader)
    {
        var present = reader.Unsigned();
        if (present >> FeatureState.DenseLength != 0) throw new InvalidDataException("the row has affinities that are not known to this code");
        var dense = new double[FeatureState.DenseLength];
        for (var i = 0; i < dense.Length; i++)
        {
            if ((present & (1UL << i)) != 0) dense[i] = reader.Double();
        }

        return dense;
    }

    private static void WriteTable(AffinityTable table, ByteWriter writer)
    {
        writer.Count(table.Count);
        foreach (var key in table.Keys) writer.UInt64(key);
        foreach (var weight in table.Weights) writer.Double(weight);
    }

    private static AffinityTable ReadTable(ref ByteReader reader)
    {
        var count = reader.Count(16);
        if (count == 0) return new AffinityTable();
        var keys = new ulong[count];
        var weights = new double[count];
        foreach (ref var key in keys.AsSpan()) key = reader.UInt64();
        foreach (ref var weight in weights.AsSpan()) weight = reader.Double();
        return AffinityTable.From(keys, weights);
    }

    private static void WriteItems(RecentItems items, ByteWriter writer)
    {
        writer.Count(items.Count);
        var (time, position) = (0L, 0L);
        for (var i = 0; i < items.Count; i++)
        {
            ref readonly var item = ref items[i];
            writer.UInt64(item.Item);
            writer.Unsigned((ulong)(item.Time - time));
            writer.Signed(item.Position - position);
            writer.Byte((byte)item.Type);
            (time, position) = (item.Time, item.Position);
        }
    }

    private static RecentItems ReadItems(ref ByteReader reader)
    {
        var items = new RecentItem[reader.Count(11)];
        var (time, position) = (0L, 0L);
        for (var i = 0; i < items.Length; i++)
        {
            var item = reader.UInt64();
            time += reader.Long();
            position += reader.Signed();
            items[i] = new RecentItem(item, time, position, (EventType)reader.Byte());
        }

        return RecentItems.From(items);
    }
}
