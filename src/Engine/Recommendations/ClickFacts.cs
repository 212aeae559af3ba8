using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.Replication;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Recommendations;

/// <summary>
/// The outbox fact <c>clicks</c>: what one customer did with items since its row was last committed, for the indexes that everybody shares.
/// Body: a <see cref="ClickDelta"/> from number 0.
/// </summary>
/// <remarks>
/// <para>One fact a customer and commit, however many clicks. It is made of the same unsaved entries as the row it is written with, so it is the
/// same when a commit is repeated, and counts once.</para>
/// <para>Clicks of robots and of the producer's tests are not in it, nor those later than the lateness, nor any while the customer refuses
/// <see cref="Purpose"/>; replayed history is.</para>
/// </remarks>
public static class ClickFacts
{
    /// <summary>The kind of the outbox row.</summary>
    public const string Kind = "clicks";

    /// <summary>
    /// The consent purpose: a customer who refuses it teaches the indexes nothing and gets what is popular. What was learned before the refusal
    /// cannot be taken out of sums; it decays.
    /// </summary>
    public const string Purpose = Purposes.Personalization;

    /// <summary>Whether an event shows interest in its item: views, clicks, favourites, carts and purchases.</summary>
    public static bool Shows(EventType type) =>
        type is EventType.ProductViewed or EventType.ProductClicked or EventType.ProductFavorited or EventType.ProductAdded or EventType.Purchase;

    /// <summary>Makes the fact.</summary>
    public static OutboxItem Make(ReadOnlyMemory<Click> clicks)
    {
        using var stream = new MemoryStream(16 + (24 * clicks.Length));
        using var writer = new BinaryWriter(stream);
        new ClickDelta(0, clicks).Save(writer);
        return new OutboxItem(Kind, stream.ToArray());
    }

    /// <summary>Reads the clicks of a fact.</summary>
    /// <exception cref="InvalidDataException">The bytes are of another form.</exception>
    public static ReadOnlyMemory<Click> Read(byte[] body)
    {
        using var reader = new BinaryReader(new MemoryStream(body));
        try
        {
            return ClickDelta.Load(reader).Clicks;
        }
        catch (EndOfStreamException cut)
        {
            throw new InvalidDataException("the clicks end before their end", cut);
        }
    }

    /// <summary>
    /// The session of an event: hash64(customer, start). The start is what is known when the event is folded; a session that a later arrival extends
    /// backwards goes on under another identity, which costs the indexes one pair.
    /// </summary>
    internal static ulong SessionOf(CustomerProfile profile, long time, FoldSettings settings)
    {
        var start = time;
        var facts = profile.Tail.Facts;
        for (var i = facts.Length - 1; i >= 0; i--)
        {
            ref readonly var fact = ref facts[i];
            if (fact.Time > start || !EventWeights.IsActivity(fact.Type)) continue;
            if (start - fact.Time > settings.SessionGapMs) return Hash(profile, start);
            start = fact.Time;
        }

        ref readonly var session = ref profile.Base.Session;
        if (session.Ordinal > 0 && session.StartedAt <= start && start - session.LastAt <= settings.SessionGapMs) start = session.StartedAt;
        return Hash(profile, start);
    }

    private static ulong Hash(CustomerProfile profile, long start)
    {
        // The finaliser of splitmix64 over both, so that sessions of one customer are as spread as those of two.
        var z = KeyHash.Hash64(profile.Customer.Text) + ((ulong)start * 0x9E3779B97F4A7C15UL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
