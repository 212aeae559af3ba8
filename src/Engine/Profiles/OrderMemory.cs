namespace Personalization.Engine.Profiles;

/// <summary>What is known of an order.</summary>
[Flags]
internal enum OrderFacts : byte
{
    None = 0,

    /// <summary>A purchase told of it; without it only a refund has, which came before its order.</summary>
    Told = 1,

    /// <summary>It carries money.</summary>
    Paid = 2,

    /// <summary>Its lines were let go, to save room: every further telling of it is a repeat.</summary>
    Closed = 4,

    /// <summary>An earlier layout kept it without lines and money: nothing can be said about either.</summary>
    Partial = 8,
}

/// <summary>A known order: when it was first told of, which lines it has, what was paid less what was given back.</summary>
internal struct KnownOrder
{
    /// <summary>The earliest event time of its tellings, milliseconds since 1970-01-01 UTC.</summary>
    public long Time;

    /// <summary>Paid − refunded, base currency.</summary>
    public decimal Balance;

    /// <summary>The line of an order of one: most orders need no array. 0 = none.</summary>
    public ulong Line;

    /// <summary>The lines of an order of several, rising.</summary>
    public ulong[]? Lines;

    public OrderFacts Facts;

    public readonly int LineCount => Lines?.Length ?? (Line == 0 ? 0 : 1);

    /// <summary>By how much more was given back than paid; 0 where that is not known.</summary>
    public readonly decimal Excess => (Facts & (OrderFacts.Paid | OrderFacts.Partial | OrderFacts.Closed)) == OrderFacts.Paid && Balance < 0 ? -Balance : 0;
}

/// <summary>
/// Orders with what recognises a second telling: id (hash), first time, lines (48 bits of hash each), balance. Oldest first, bounded in bytes as stored: of the oldest
/// the lines leave first, then the orders. Which orders and lines are known does not depend on the order in which they became known, as long as none had to leave.
/// </summary>
internal sealed class OrderMemory
{
    /// <summary>Bytes of a line's hash that are kept.</summary>
    public const int LineBytes = 6;

    /// <summary>Orders without lines that are kept behind those with lines, at least: 17 bytes each.</summary>
    private const int ClosedOrders = 2000;

    /// <summary>Orders that stay whatever their age: a history that is told late, line by line, finds its own orders.</summary>
    private const int KeptBeyondAge = 256;

    private const int FixedBytes = 8 + 7 + 2;

    private ulong[] _ids = [];
    private KnownOrder[] _orders = [];
    private int _bytes;
    private int _closed;

    public int Count { get; private set; }

    /// <summary>The newest order that left.</summary>
    public long ForgottenAt { get; private set; }

    /// <summary>Orders that left and of which more was given back than paid, and by how much.</summary>
    public uint ForgottenBeyond { get; private set; }

    public decimal ForgottenExcess { get; private set; }

    public ReadOnlySpan<ulong> Ids => _ids.AsSpan(0, Count);

    public ReadOnlySpan<KnownOrder> Orders => _orders.AsSpan(0, Count);

    /// <summary>When the newest order was first told of; 0 = none is known.</summary>
    public long LastAt
    {
        get
        {
            for (var i = Count - 1; i >= 0; i--)
            {
                if ((_orders[i].Facts & OrderFacts.Told) != 0) return Math.Max(_orders[i].Time, ForgottenAt);
            }

            return ForgottenAt;
        }
    }

    /// <summary>Where an order is that was first told of within a span of event time from a telling; −1 = nowhere.</summary>
    public int Find(ulong id, long time, long span)
    {
        for (var from = 0; from < Count;)
        {
            var at = _ids.AsSpan(from, Count - from).IndexOf(id);
            if (at < 0) return -1;
            if (Math.Abs(_orders[from + at].Time - time) <= span) return from + at;
            from += at + 1;
        }

        return -1;
    }

    public bool HasLine(int at, ulong line)
    {
        ref readonly var order = ref _orders[at];
        if ((order.Facts & OrderFacts.Closed) != 0) return true;
        return order.Lines is { } lines ? Array.BinarySearch(lines, line) >= 0 : order.Line == line;
    }

    /// <summary>Puts an order into its place and answers where that is.</summary>
    public int Insert(ulong id, in KnownOrder order)
    {
        if (Count == _ids.Length)
        {
            var size = Math.Max(2, Count + (Count / 2));
            Array.Resize(ref _ids, size);
            Array.Resize(ref _orders, size);
        }

        var at = Count;
        while (at > 0 && (_orders[at - 1].Time > order.Time || (_orders[at - 1].Time == order.Time && _ids[at - 1] > id))) at--;
        Array.Copy(_ids, at, _ids, at + 1, Count - at);
        Array.Copy(_orders, at, _orders, at + 1, Count - at);
        _ids[at] = id;
        _orders[at] = order;
        Count++;
        _bytes += BytesOf(order);
        if ((order.Facts & OrderFacts.Closed) != 0) _closed++;
        return at;
    }

    /// <summary>Replaces an order by what it has become, and answers where it is now.</summary>
    public int Replace(int at, in KnownOrder order)
    {
        if (_orders[at].Time == order.Time)
        {
            _bytes += BytesOf(order) - BytesOf(_orders[at]);
            _orders[at] = order;
            return at;
        }

        var id = _ids[at];
        Remove(at, 1);
        return Insert(id, order);
    }

    /// <summary>Lets the oldest go: what is older than a span of event time before the newest, beyond a few, and what does not fit.</summary>
    public void Trim(long span, int bytes)
    {
        var old = 0;
        var before = Count == 0 ? 0 : _orders[Count - 1].Time - span;
        while (Count - old > KeptBeyondAge && _orders[old].Time < before) old++;
        if (old > 0) Forget(old);
        while (_bytes > bytes)
        {
            var open = _closed >= ClosedOrders ? -1 : OldestOpen();
            if (open < 0) Forget(1);
            else Close(open);
        }
    }

    public void Write(ByteWriter writer)
    {
        writer.Unsigned((ulong)ForgottenAt);
        writer.Unsigned(ForgottenBeyond);
        if (ForgottenBeyond > 0) writer.Decimal(ForgottenExcess);
        writer.Count(Count);
        var last = 0L;
        for (var i = 0; i < Count; i++)
        {
            ref readonly var order = ref _orders[i];
            writer.UInt64(_ids[i]);
            writer.Unsigned((ulong)(order.Time - last));
            writer.Count((order.LineCount << 5) | (order.Balance != 0 ? 16 : 0) | (int)order.Facts);
            if (order.Balance != 0) writer.Decimal(order.Balance);
            if (order.Lines is null && order.Line != 0) WriteLine(order.Line, writer);
            foreach (var line in order.Lines ?? []) WriteLine(line, writer);
            last = order.Time;
        }
    }

    /// <exception cref="InvalidDataException">The bytes are none that this code wrote.</exception>
    public static OrderMemory Read(ref ByteReader reader)
    {
        var memory = new OrderMemory { ForgottenAt = reader.Long(), ForgottenBeyond = reader.UInt32() };
        if (memory.ForgottenBeyond > 0) memory.ForgottenExcess = reader.Decimal();
        var count = reader.Count(10);
        memory._ids = new ulong[count];
        memory._orders = new KnownOrder[count];
        var time = 0L;
        for (var i = 0; i < count; i++)
        {
            var id = reader.UInt64();
            time += reader.Long();
            var head = reader.Count();
            var order = new KnownOrder { Time = time, Facts = (OrderFacts)(head & 15) };
            if ((head & 16) != 0) order.Balance = reader.Decimal();
            var lines = head >> 5;
            if (lines == 1) order.Line = ReadLine(ref reader);
            if (lines > 1) order.Lines = ReadLines(lines, ref reader);
            memory.Insert(id, order);
        }

        return memory;
    }

    private static void WriteLine(ulong line, ByteWriter writer)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes, line);
        writer.Bytes(bytes[..LineBytes]);
    }

    private static ulong ReadLine(ref ByteReader reader)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        reader.Take(LineBytes).CopyTo(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private static ulong[] ReadLines(int count, ref ByteReader reader)
    {
        var rest = new ByteReader(reader.Take(checked(count * LineBytes)));
        var lines = new ulong[count];
        foreach (ref var line in lines.AsSpan()) line = ReadLine(ref rest);
        return lines;
    }

    private static int BytesOf(in KnownOrder order)
    {
        var bytes = FixedBytes + (order.LineCount * LineBytes);
        if (order.LineCount > 511) bytes++;
        return order.Balance == 0 ? bytes : bytes + ByteWriter.BytesOf(order.Balance);
    }

    private int OldestOpen()
    {
        for (var i = 0; i < Count; i++)
        {
            if ((_orders[i].Facts & OrderFacts.Closed) == 0) return i;
        }

        return -1;
    }

    private void Close(int at)
    {
        ref var order = ref _orders[at];
        _bytes -= BytesOf(order);
        Settle(order);
        order = new KnownOrder { Time = order.Time, Facts = order.Facts | OrderFacts.Closed };
        _bytes += BytesOf(order);
        _closed++;
    }

    private void Forget(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if ((_orders[i].Facts & OrderFacts.Told) != 0) ForgottenAt = Math.Max(ForgottenAt, _orders[i].Time);
            Settle(_orders[i]);
        }

        Remove(0, count);
    }

    /// <summary>An order whose balance leaves: what was given back beyond it stays counted.</summary>
    private void Settle(in KnownOrder order)
    {
        if (order.Excess == 0) return;
        ForgottenBeyond++;
        ForgottenExcess += order.Excess;
    }

    private void Remove(int at, int count)
    {
        for (var i = at; i < at + count; i++)
        {
            _bytes -= BytesOf(_orders[i]);
            if ((_orders[i].Facts & OrderFacts.Closed) != 0) _closed--;
        }

        Count -= count;
        Array.Copy(_ids, at + count, _ids, at, Count - at);
        Array.Copy(_orders, at + count, _orders, at, Count - at);
        Array.Clear(_orders, Count, count);
    }
}
