using System.Buffers;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Churn.Learning;

/// <summary>What a purchase fact says of a customer.</summary>
/// <param name="Customer">hash64 of the customer's key.</param>
/// <param name="IsFirst">No purchase of the customer had been committed before: it is known from its first one on.</param>
/// <param name="IsErased">The customer was erased: all the rest is 0.</param>
/// <param name="FirstDay">The first day with a purchase, days since 1970-01-01 in the tenant's time zone.</param>
/// <param name="LastDay">The last one.</param>
/// <param name="Days">How many days had a purchase.</param>
/// <param name="MeanValue">The mean value of a day, base currency; 0 where no purchase carries money.</param>
internal readonly record struct PurchaseFact(ulong Customer, bool IsFirst, bool IsErased, int FirstDay, int LastDay, int Days, double MeanValue);

/// <summary>
/// The outbox fact <c>purchases</c>: the sufficient statistics of one customer's purchases as of a commit in which it bought something, for the model that fits
/// the population's parameters. Body: version · flags · hash64 of the customer, then, unless erased, first day · last less first day · days · mean value.
/// </summary>
/// <remarks>
/// One fact a customer and commit, of the profile that is committed with it; a later one replaces it. Not told while the customer refuses
/// <c>personalization</c>; an erasure tells that the customer is to be forgotten.
/// </remarks>
public static class PurchaseFacts
{
    /// <summary>The kind of the outbox row.</summary>
    public const string Kind = "purchases";

    private const byte Version = 1;
    private const byte First = 1;
    private const byte Gone = 2;

    /// <summary>The fact of a profile that is about to be committed; null if it has no purchase day, or refuses <c>personalization</c>.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="saved">The customer's sums as of the row that is stored.</param>
    public static OutboxItem? Make(CustomerProfile profile, CounterSnapshot saved)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(saved);
        if (new FeatureView(profile).Refuses(FeaturePurpose.Personalization)) return null;
        var process = profile.Purchases;
        if (process.Days == 0) return null;
        var spend = ChurnScorer.Spend(profile);
        return Write(new PurchaseFact(
            KeyHash.Hash64(profile.Customer.Text), saved.CountOf(EventType.Purchase) == 0, false, process.FirstDay, process.LastDay, process.Days, spend?.MeanValue ?? 0));
    }

    /// <summary>Tells that a customer is to be forgotten.</summary>
    internal static OutboxItem Erased(CustomerKey customer) => Write(new PurchaseFact(KeyHash.Hash64(customer.Text), false, true, 0, 0, 0, 0));

    internal static OutboxItem Write(in PurchaseFact fact)
    {
        var buffer = new ArrayBufferWriter<byte>(32);
        var writer = new ByteWriter(buffer);
        writer.Byte(Version);
        WriteBody(fact, writer);
        return new OutboxItem(Kind, buffer.WrittenSpan.ToArray());
    }

    /// <exception cref="InvalidDataException">The bytes are none that this code wrote.</exception>
    internal static PurchaseFact Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        reader.Version(Version, "purchase fact");
        return ReadBody(ref reader);
    }

    internal static void WriteBody(in PurchaseFact fact, ByteWriter writer)
    {
        writer.Byte((byte)((fact.IsFirst ? First : 0) | (fact.IsErased ? Gone : 0)));
        writer.UInt64(fact.Customer);
        if (fact.IsErased) return;
        writer.Signed(fact.FirstDay);
        writer.Count(fact.LastDay - fact.FirstDay);
        writer.Count(fact.Days);
        writer.Double(fact.MeanValue);
    }

    internal static PurchaseFact ReadBody(ref ByteReader reader)
    {
        var flags = reader.Byte();
        var customer = reader.UInt64();
        if ((flags & Gone) != 0) return new PurchaseFact(customer, false, true, 0, 0, 0, 0);
        var first = checked((int)reader.Signed());
        var last = checked(first + reader.Count());
        var days = reader.Count();
        var mean = reader.Double();
        if (days < 1 || days > last - first + 1L || !(mean >= 0 && double.IsFinite(mean))) throw new InvalidDataException("a purchase fact contradicts itself");
        return new PurchaseFact(customer, (flags & First) != 0, false, first, last, days, mean);
    }
}
