namespace Personalization.Engine.Profiles;

/// <summary>
/// Orders collapsed to purchase days. Everything in it is a set or a sum, so that purchases of any age are taken in any order of arrival: unlike the other features it
/// is not folded from the tail, and base and live state share one instance.
/// </summary>
internal sealed class PurchaseProcess
{
    private PurchaseDays _days = new();
    private OrderMemory _known = new();
    private long _lastAt;
    private List<long>? _unplaced;
    private uint _earlierLate;

    /// <summary>Distinct orders.</summary>
    public uint Orders { get; private set; }

    /// <summary>Orders that carry money: the others have no part in a mean.</summary>
    public uint PaidOrders { get; private set; }

    /// <summary>Event time of the first order; 0 = there is none.</summary>
    public long FirstAt { get; private set; }

    /// <summary>Event time at which the newest order was first told of; 0 = there is none.</summary>
    public long LastAt => Math.Max(_lastAt, _known.LastAt);

    /// <summary>Days with an order.</summary>
    public int Days => _days.Count;

    public int FirstDay => _days.First;

    public int LastDay => _days.Last;

    public double GapMean => _days.GapMean;

    /// <summary>Sum of squared deviations of the gaps from their mean.</summary>
    public double GapSquares => _days.GapDeviations;

    /// <summary>Orders of which more was given back than they paid, and by how much in all.</summary>
    public (long Orders, decimal Value) BeyondPaid()
    {
        var (orders, value) = ((long)_known.ForgottenBeyond, _known.ForgottenExcess);
        foreach (ref readonly var order in _known.Orders)
        {
            if (order.Excess == 0) continue;
            orders++;
            value += order.Excess;
        }

        return (orders, value);
    }

    /// <summary>A purchase without an order id: an order of its own.</summary>
    public void TakeOwn(long time, bool isPaid, FoldSettings settings)
    {
        Orders++;
        if (isPaid) PaidOrders++;
        _lastAt = Math.Max(_lastAt, time);
        Place(time, settings);
    }

    /// <summary>
    /// A purchase tells of an order. Says of each line whether it is new; lines that are known add nothing. Answers whether anything changed, the time at which
    /// the order was first told of included.
    /// </summary>
    public bool Tell(ulong order, long time, ReadOnlySpan<OrderLineKey> lines, Span<bool> isNew, FoldSettings settings)
    {
        var at = _known.Find(order, time, settings.OrderMemoryMs);
        var known = at < 0 ? new KnownOrder { Time = time } : _known.Orders[at];
        var before = known;
        for (var i = 0; i < lines.Length; i++)
        {
            isNew[i] = at < 0 || !_known.HasLine(at, lines[i].Key);
            if (!isNew[i] || lines[i].Money is not { } money) continue;
            known.Balance += money;
            if ((known.Facts & OrderFacts.Paid) != 0) continue;
            known.Facts |= OrderFacts.Paid;
            PaidOrders++;
        }

        AddLines(ref known, lines, isNew);
        var isOrder = (known.Facts & OrderFacts.Told) != 0;
        known.Facts |= OrderFacts.Told;
        if (!isOrder) known.Time = time;
        else known.Time = Math.Min(known.Time, time);
        var hasChanged = !isOrder || known.Time != before.Time || isNew.Contains(true);
        if (!hasChanged) return false;
        if (!isOrder) Orders++;
        else if (known.Time != before.Time) _days.Remove(LocalDay.Of(before.Time, settings.Zone).Day);
        if (!isOrder || known.Time != before.Time) Place(known.Time, settings);
        if (at < 0) _known.Insert(order, known);
        else _known.Replace(at, known);
        _known.Trim(settings.OrderMemoryMs, settings.OrderBytes);
        return true;
    }

    /// <summary>Money of an order is given back; its purchase may come later.</summary>
    public void Refund(ulong order, long time, decimal money, FoldSettings settings)
    {
        var at = _known.Find(order, time, settings.OrderMemoryMs);
        var known = at < 0 ? new KnownOrder { Time = time } : _known.Orders[at];
        if ((known.Facts & (OrderFacts.Closed | OrderFacts.Partial)) != 0) return;
        known.Balance -= money;
        if ((known.Facts & OrderFacts.Told) == 0) known.Time = Math.Min(known.Time, time);
        if (at < 0) _known.Insert(order, known);
        else _known.Replace(at, known);
        _known.Trim(settings.OrderMemoryMs, settings.OrderBytes);
    }

    public void Write(ByteWriter writer)
    {
        writer.Unsigned(Orders);
        if (Orders > 0)
        {
            writer.Unsigned(PaidOrders);
            writer.Unsigned((ulong)FirstAt);
            writer.Unsigned((ulong)_lastAt);
            _days.Write(writer);
        }

        _known.Write(writer);
    }

    /// <exception cref="InvalidDataException">The bytes are none that this code wrote.</exception>
    public void Read(ref ByteReader reader)
    {
        Orders = reader.UInt32();
        if (Orders > 0)
        {
            PaidOrders = reader.UInt32();
            FirstAt = reader.Long();
            _lastAt = reader.Long();
            _days = PurchaseDays.Read(ref reader);
        }

        _known = OrderMemory.Read(ref reader);
    }

    /// <summary>Takes over what an earlier layout had folded from its tail.</summary>
    /// <param name="orders">Orders, but for those of late purchases.</param>
    /// <param name="lateOrders">Orders that only late purchases told of.</param>
    /// <param name="days">Its days.</param>
    /// <param name="firstAt">First purchase.</param>
    /// <param name="lastAt">Last purchase.</param>
    internal void TakeOver(uint orders, uint lateOrders, PurchaseDays days, long firstAt, long lastAt) =>
        (Orders, PaidOrders, _earlierLate, _days, FirstAt, _lastAt) = (orders + lateOrders, orders + lateOrders, lateOrders, days, firstAt, lastAt);

    /// <summary>Whether an earlier layout, which counted orders told, had told a crossing since its newest order.</summary>
    internal bool HadTold(uint orders) => orders > 0 && orders >= Orders - _earlierLate;

    /// <summary>Takes over an order that an earlier layout remembered, counted already.</summary>
    internal void Remember(ulong order, long time) => _known.Insert(order, new KnownOrder { Time = time, Facts = OrderFacts.Told | OrderFacts.Paid | OrderFacts.Partial });

    /// <summary>Takes over a purchase from an earlier layout's tail; which day it is of is settled once the time zone is known.</summary>
    internal void TakeUnplaced(ulong order, long time)
    {
        _lastAt = Math.Max(_lastAt, time);
        if (FirstAt == 0) FirstAt = time;
        if (order != 0)
        {
            if (_known.Ids.Contains(order)) return;
            Remember(order, time);
        }

        Orders++;
        PaidOrders++;
        (_unplaced ??= []).Add(time);
    }

    /// <summary>Finds the days of purchases that were taken over without.</summary>
    internal void Settle(FoldSettings settings)
    {
        foreach (var time in _unplaced ?? []) Place(time, settings);
        _unplaced = null;
    }

    private void Place(long time, FoldSettings settings)
    {
        FirstAt = FirstAt == 0 ? time : Math.Min(FirstAt, time);
        _days.Add(LocalDay.Of(time, settings.Zone).Day, settings.PurchaseDays);
    }

    private static void AddLines(ref KnownOrder order, ReadOnlySpan<OrderLineKey> lines, ReadOnlySpan<bool> isNew)
    {
        var added = isNew.Count(true);
        if (added == 0) return;
        if (order.LineCount + added == 1)
        {
            order.Line = lines[isNew.IndexOf(true)].Key;
            return;
        }

        var all = new ulong[order.LineCount + added];
        if (order.Lines is { } before) before.CopyTo(all, 0);
        else if (order.Line != 0) all[0] = order.Line;
        for (var (i, to) = (0, order.LineCount); i < lines.Length; i++)
        {
            if (isNew[i]) all[to++] = lines[i].Key;
        }

        Array.Sort(all);
        (order.Line, order.Lines) = (0, all);
    }
}
