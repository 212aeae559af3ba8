namespace Personalization.Engine.Profiles;

/// <summary>
/// The local days with an order, and how many orders each has. A set: count, mean and deviation of the gaps, first and last day depend on which days there are, and
/// not on the order in which they became known.
/// </summary>
/// <remarks>
/// Keeps the newest days one by one, at most as many as it is given room for. What older ones come to (how many, the first, their gaps) stays in the statistics; a day
/// among them that becomes known only then cannot be placed any longer and is left out. Cost: O(log days) for a known day, a move of what is behind for a new one.
/// </remarks>
internal sealed class PurchaseDays
{
    private int[] _days = [];
    private int[] _orders = [];
    private int _held;
    private int _first;

    /// <summary>How many days, those that are not held included.</summary>
    public int Count { get; private set; }

    /// <summary>Σ of the squared gaps: whole numbers, so that no order of adding changes it.</summary>
    public long Squares { get; private set; }

    public int First => Count > _held ? _first : _held == 0 ? 0 : _days[0];

    public int Last => _held == 0 ? 0 : _days[_held - 1];

    /// <summary>Mean of the gaps, in days; 0 below two days.</summary>
    public double GapMean => Count < 2 ? 0 : (Last - First) / (double)(Count - 1);

    /// <summary>Sum of squared deviations of the gaps from their mean: (n·Σg² − (Σg)²) / n, the numerator exact.</summary>
    public double GapDeviations
    {
        get
        {
            var gaps = Count - 1;
            if (gaps < 2) return 0;
            Int128 sum = Last - First;
            return (double)((gaps * (Int128)Squares) - (sum * sum)) / gaps;
        }
    }

    private bool IsCut => Count > _held;

    /// <summary>An order of a day.</summary>
    public void Add(int day, int capacity)
    {
        var at = Array.BinarySearch(_days, 0, _held, day);
        if (at >= 0)
        {
            _orders[at]++;
            return;
        }

        at = ~at;
        if (at == 0 && IsCut) return;
        Squares += at == 0 ? (_held == 0 ? 0 : Square(_days[0] - day)) : Square(day - _days[at - 1]);
        if (at > 0 && at < _held) Squares += Square(_days[at] - day) - Square(_days[at] - _days[at - 1]);
        Insert(at, day, 1);
        Count++;
        if (_held <= capacity) return;
        if (Count == _held) _first = _days[0];
        RemoveAt(0);
    }

    /// <summary>An order of a day turned out to be of another day.</summary>
    public void Remove(int day)
    {
        var at = Array.BinarySearch(_days, 0, _held, day);

        // Which day came before the oldest one held is not known where older ones were let go: that one stays.
        if (at < 0 || (at == 0 && IsCut)) return;
        if (--_orders[at] > 0) return;
        if (at > 0) Squares -= Square(day - _days[at - 1]);
        if (at < _held - 1) Squares -= Square(_days[at + 1] - day);
        if (at > 0 && at < _held - 1) Squares += Square(_days[at + 1] - _days[at - 1]);
        RemoveAt(at);
        Count--;
    }

    /// <summary>What an earlier layout kept of the days: all of them but the last are not held.</summary>
    public static PurchaseDays Of(int count, int first, int last, double gapMean, double gapDeviations)
    {
        var gaps = Math.Max(0, count - 1);
        return new PurchaseDays
        {
            _days = [last],
            _orders = [1],
            _held = 1,
            _first = first,
            Count = count,
            Squares = checked((long)Math.Round(gapDeviations + (gaps * gapMean * gapMean))),
        };
    }

    public void Write(ByteWriter writer)
    {
        writer.Count(_held);
        if (_held == 0) return;
        writer.Count(Count - _held);
        if (IsCut)
        {
            writer.Signed(_first);
            writer.Unsigned((ulong)Squares);
        }

        var before = 0;
        for (var i = 0; i < _held; i++)
        {
            var many = _orders[i] > 1 ? 1 : 0;
            writer.Signed(((long)(_days[i] - before) * 2) + many);
            if (many == 1) writer.Count(_orders[i]);
            before = _days[i];
        }
    }

    /// <exception cref="InvalidDataException">The bytes are none that this code wrote.</exception>
    public static PurchaseDays Read(ref ByteReader reader)
    {
        var held = reader.Count(1);
        if (held == 0) return new PurchaseDays();
        var days = new PurchaseDays { _days = new int[held], _orders = new int[held], _held = held };
        days.Count = held + reader.Count();
        if (days.Count < held) throw new InvalidDataException("there are more purchase days than can be");
        if (days.IsCut)
        {
            days._first = Day(reader.Signed());
            days.Squares = reader.Long();
        }

        var squares = 0L;
        var before = 0L;
        for (var i = 0; i < held; i++)
        {
            var step = reader.Signed();
            var day = before + (step >> 1);
            if (i > 0 && day <= before) throw new InvalidDataException("purchase days must rise");
            days._days[i] = Day(day);
            days._orders[i] = (step & 1) == 0 ? 1 : reader.Count();
            if (i > 0) squares += Square(day - before);
            before = day;
        }

        if (!days.IsCut) days.Squares = squares;
        return days;
    }

    private static int Day(long day) => day is > int.MinValue / 4 and < int.MaxValue / 4 ? (int)day : throw new InvalidDataException($"day {day} is out of range");

    private static long Square(long gap) => gap * gap;

    private void Insert(int at, int day, int orders)
    {
        if (_held == _days.Length)
        {
            var size = Math.Max(2, _held + (_held / 2));
            Array.Resize(ref _days, size);
            Array.Resize(ref _orders, size);
        }

        Array.Copy(_days, at, _days, at + 1, _held - at);
        Array.Copy(_orders, at, _orders, at + 1, _held - at);
        _days[at] = day;
        _orders[at] = orders;
        _held++;
    }

    private void RemoveAt(int at)
    {
        _held--;
        Array.Copy(_days, at + 1, _days, at, _held - at);
        Array.Copy(_orders, at + 1, _orders, at, _held - at);
    }
}
