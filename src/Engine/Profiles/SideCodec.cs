using Personalization.Engine.Decisions.Ledger;
using Personalization.Engine.Json;
using Personalization.Events;

namespace Personalization.Engine.Profiles;

/// <summary>
/// The side record: version · erased at · recent ids · tail · purchases · re-driven positions · own types · traits · consents · when the journal got its last base;
/// then, where there are any, woken at · the newest order when the last churn crossing was told · when all other purposes were refused · decision ledger.
/// </summary>
internal static class SideCodec
{
    /// <summary>The layout that this code writes. Version 1 ended with the consents, version 2 had no crossing told. Version 3 had order ids with
    /// their times in place of the purchases, orders in the tail, and the number of orders at the crossing.</summary>
    private const byte Version = 4;

    private const int HasItem = 1;
    private const int HasCategory = 2;
    private const int HasBrand = 4;
    private const int HasChannel = 8;
    private const int HasLine = 16;
    private const int HasMoney = 32;
    private const int HasQuantity = 64;
    private const int HasPart = 128;
    private const int HasPriceBand = 256;

    public static void Write(CustomerProfile profile, ByteWriter writer)
    {
        writer.Byte(Version);
        writer.Unsigned((ulong)profile.ErasedAt);
        WriteIds(profile, writer);
        WriteTail(profile.Tail, writer);
        profile.Purchases.Write(writer);
        writer.Count(profile.Redriven?.Count ?? 0);
        if (profile.Redriven is { } redriven)
        {
            foreach (var position in redriven) writer.Unsigned((ulong)position);
        }

        writer.Count(profile.CustomTypes?.Count ?? 0);
        if (profile.CustomTypes is { } custom)
        {
            for (var i = 0; i < custom.Count; i++)
            {
                writer.Text(custom.GetKeyAtIndex(i));
                writer.Unsigned(custom.GetValueAtIndex(i));
            }
        }

        writer.Count(profile.Traits?.Count ?? 0);
        if (profile.Traits is { } traits)
        {
            for (var i = 0; i < traits.Count; i++)
            {
                writer.Text(traits.GetKeyAtIndex(i));
                writer.Text(traits.GetValueAtIndex(i));
            }
        }

        writer.Count(profile.Consents?.Count ?? 0);
        if (profile.Consents is { } consents)
        {
            for (var i = 0; i < consents.Count; i++)
            {
                writer.Text(consents.GetKeyAtIndex(i));
                writer.Byte(consents.GetValueAtIndex(i).Granted ? (byte)1 : (byte)0);
                writer.Signed(consents.GetValueAtIndex(i).At);
            }
        }

        writer.Unsigned((ulong)profile.JournalBaseAt);

        // Most customers have none of them: nothing is written then.
        var ledger = profile.Decisions is { IsEmpty: false } open ? open : null;
        if (profile.WokenAt == 0 && profile.ToldLastAt == 0 && profile.OthersRefusedAt == 0 && ledger is null) return;
        writer.Unsigned((ulong)profile.WokenAt);
        writer.Unsigned((ulong)profile.ToldLastAt);
        writer.Unsigned((ulong)profile.OthersRefusedAt);
        if (ledger is not null) LedgerCodec.Write(ledger, writer);
    }

    public static void Read(CustomerProfile profile, ref ByteReader reader)
    {
        var version = reader.Version(Version, "side record");
        profile.ErasedAt = reader.Long();
        ReadIds(profile, version, ref reader);
        ReadTail(profile.Tail, ref reader);
        if (version > 3) profile.Purchases.Read(ref reader);
        else ReadEarlierOrders(profile, ref reader);
        var redriven = reader.Count(1);
        if (redriven > 0) profile.Redriven = new List<long>(redriven);
        for (var i = 0; i < redriven; i++) profile.Redriven!.Add(reader.Long());

        var custom = reader.Count(2);
        if (custom > 0) profile.CustomTypes = new SortedList<string, uint>(custom, StringComparer.Ordinal);
        for (var i = 0; i < custom; i++)
        {
            var name = reader.Text();
            profile.CustomTypes![name] = reader.UInt32();
        }

        var traits = reader.Count(2);
        if (traits > 0) profile.Traits = new SortedList<string, string>(traits, StringComparer.Ordinal);
        for (var i = 0; i < traits; i++)
        {
            var name = reader.Text();
            // Written before free JSON was checked at the door, some could not be answered. What is none at all is no trait.
            if (JsonHealing.Heal(reader.Text()) is { } value) profile.Traits![name] = value;
        }

        var consents = reader.Count(3);
        if (consents > 0) profile.Consents = new SortedList<string, Consent>(consents, StringComparer.Ordinal);
        for (var i = 0; i < consents; i++)
        {
            var purpose = reader.Text();
            var granted = reader.Byte() == 1;
            profile.Consents![purpose] = new Consent(granted, reader.Signed());
        }

        if (version > 1) profile.JournalBaseAt = reader.Long();
        if (reader.IsAtEnd) return;
        profile.WokenAt = reader.Long();
        if (version > 3) (profile.ToldLastAt, profile.OthersRefusedAt) = (reader.Long(), reader.Long());
        else if (version > 2 && profile.Purchases.HadTold(reader.UInt32())) profile.ToldLastAt = profile.Purchases.LastAt;
        if (!reader.IsAtEnd) profile.Decisions = LedgerCodec.Read(profile.Tenant, ref reader);
    }

    private static void WriteIds(CustomerProfile profile, ByteWriter writer)
    {
        writer.Count(profile.Ids.Count);
        var last = 0L;
        for (var i = 0; i < profile.Ids.Count; i++)
        {
            var time = profile.Ids.TimeOf(i);
            writer.Signed(time - last);
            last = time;
        }

        foreach (var hash in profile.Ids.Hashes) writer.UInt64(hash);
    }

    private static void ReadIds(CustomerProfile profile, byte version, ref ByteReader reader)
    {
        // Whether the customer was to be throttled.
        if (version < 4) reader.Byte();
        var count = reader.Count(9);
        if (count == 0) return;
        var times = new long[count];
        var last = 0L;
        foreach (ref var time in times.AsSpan()) last = time = last + reader.Signed();
        profile.Ids.Reserve(count);
        for (var i = 0; i < count; i++) profile.Ids.Remember(reader.UInt64(), times[i]);
    }

    /// <summary>Orders as they were before version 4: those of the base by id and time, those of the tail in its facts.</summary>
    private static void ReadEarlierOrders(CustomerProfile profile, ref ByteReader reader)
    {
        var count = reader.Count(9);
        var times = new long[count];
        var last = 0L;
        foreach (ref var time in times.AsSpan()) last = time = last + reader.Signed();
        foreach (var time in times) profile.Purchases.Remember(reader.UInt64(), time);
        foreach (ref readonly var fact in profile.Tail.Facts)
        {
            if (fact.Type == EventType.Purchase && fact.Part == 0) profile.Purchases.TakeUnplaced(fact.Line, fact.Time);
        }
    }

    private static void WriteTail(FactTail tail, ByteWriter writer)
    {
        writer.Count(tail.Count);
        var last = default(Fact);
        foreach (ref readonly var fact in tail.Facts)
        {
            var present = (fact.Item != 0 ? HasItem : 0) | (fact.Category != 0 ? HasCategory : 0) | (fact.Brand != 0 ? HasBrand : 0)
                | (fact.Channel != 0 ? HasChannel : 0) | (fact.Line != 0 ? HasLine : 0) | (fact.Money != 0 ? HasMoney : 0)
                | (fact.Quantity != 1 ? HasQuantity : 0) | (fact.Part != 0 ? HasPart : 0) | (fact.PriceBand != Fact.NoPriceBand ? HasPriceBand : 0);
            writer.Count(present);
            writer.Unsigned((ulong)(fact.Time - last.Time));
            writer.UInt64(fact.IdHash);
            writer.Signed(fact.Position - last.Position);
            writer.Byte((byte)fact.Type);
            if (fact.Item != 0) writer.UInt64(fact.Item);
            if (fact.Category != 0) writer.UInt64(fact.Category);
            if (fact.Brand != 0) writer.UInt64(fact.Brand);
            if (fact.Channel != 0) writer.UInt64(fact.Channel);
            if (fact.Line != 0) writer.UInt64(fact.Line);
            if (fact.Money != 0) writer.Decimal(fact.Money);
            if (fact.Quantity != 1) writer.Count(fact.Quantity);
            if (fact.Part != 0) writer.Byte(fact.Part);
            if (fact.PriceBand != Fact.NoPriceBand) writer.Byte(fact.PriceBand);
            last = fact;
        }
    }

    private static void ReadTail(FactTail tail, ref ByteReader reader)
    {
        var count = reader.Count(12);
        tail.Reserve(count);
        var fact = default(Fact);
        for (var i = 0; i < count; i++)
        {
            var present = reader.Count();
            fact.Time += reader.Long();
            fact.IdHash = reader.UInt64();
            fact.Position += reader.Signed();
            fact.Type = (EventType)reader.Byte();
            if ((int)fact.Type >= EventTypes.Count) throw new InvalidDataException($"event type {(int)fact.Type} is not known to this code");
            fact.Item = (present & HasItem) != 0 ? reader.UInt64() : 0;
            fact.Category = (present & HasCategory) != 0 ? reader.UInt64() : 0;
            fact.Brand = (present & HasBrand) != 0 ? reader.UInt64() : 0;
            fact.Channel = (present & HasChannel) != 0 ? reader.UInt64() : 0;
            fact.Line = (present & HasLine) != 0 ? reader.UInt64() : 0;
            fact.Money = (present & HasMoney) != 0 ? reader.Decimal() : 0;
            fact.Quantity = (present & HasQuantity) != 0 ? reader.Count() : 1;
            fact.Part = (present & HasPart) != 0 ? reader.Byte() : (byte)0;
            fact.PriceBand = (present & HasPriceBand) != 0 ? reader.Byte() : Fact.NoPriceBand;
            tail.Insert(fact);
        }
    }
}
