using System.Buffers;
using Personalization.Algorithms.Recommendation;
using Personalization.Engine.Churn.Learning;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Engine.Recommendations;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Schedules;

/// <summary>What a log says must be stored: each customer's entries folded from nothing, one after the other, with nothing else in between.</summary>
/// <param name="fold">The fold.</param>
/// <param name="codec">Reads entries.</param>
/// <param name="entries">What the log holds.</param>
internal sealed class Oracle(ProfileFold fold, EntryCodec codec, IReadOnlyList<LogEntry> entries)
{
    public IEnumerable<CustomerKey> Customers => entries.Select(entry => CustomerOf(entry)).OfType<CustomerKey>().Distinct();

    /// <summary>Whose entry it is; null for what belongs to no customer.</summary>
    public static CustomerKey? CustomerOf(in LogEntry entry)
    {
        try
        {
            var (kind, customer, _) = EntryCodec.ReadRoute(entry.Bytes);
            return kind == EntryKind.Clock ? null : customer;
        }
        catch (UnreadableEntryException)
        {
            return null;
        }
    }

    public static bool Same(CustomerProfile expected, CustomerProfile actual)
    {
        // Of the journal, and not of the fold.
        expected.JournalBaseAt = actual.JournalBaseAt;
        return expected.Applied == actual.Applied && Encode(expected).AsSpan().SequenceEqual(Encode(actual));
    }

    /// <summary>Whether a profile is the fold of its customer's entries.</summary>
    public bool IsFold(CustomerProfile profile) => Same(Expect(profile.Customer).Profile, profile);

    public Expectation Expect(CustomerKey customer)
    {
        var expected = new Expectation(new CustomerProfile(customer));
        foreach (var entry in entries.Where(entry => CustomerOf(entry) == customer))
        {
            var read = codec.Read(entry);
            var verdict = fold.Apply(expected.Profile, read, expected).Verdict;
            expected.Count(verdict);
            if (verdict == FoldVerdict.Rejected) expected.DeadLetters.Add(entry.Position);
            else if (verdict is FoldVerdict.Folded or FoldVerdict.Late && read.Envelope.Kind == EntryKind.Erasure) expected.Erase();
            else if (verdict is FoldVerdict.Folded or FoldVerdict.Late) expected.Journal.Add(entry);
        }

        return expected;
    }

    /// <summary>Everything that is stored and should not be, or the reverse.</summary>
    public IEnumerable<string> Compare(IPartitionStore store, IReadOnlySet<long> redriven)
    {
        var expectations = Customers.Select(Expect).ToList();
        var state = store.ReadPartition(0).AsTask().Result;
        var outbox = store.ReadOutbox(0, 0, int.MaxValue).AsTask().Result;
        var letters = store.ReadDeadLetters(0, 0, int.MaxValue).AsTask().Result.Select(letter => letter.Position).ToHashSet();
        if (outbox.Head != outbox.Rows.Count || !outbox.Rows.Select(row => row.Number).SequenceEqual(Enumerable.Range(1, outbox.Rows.Count).Select(number => (long)number)))
            yield return $"the outbox's numbers are not dense: {string.Join(' ', outbox.Rows.Select(row => row.Number))}, head {outbox.Head}";
        var facts = outbox.Rows.Count(row => row.Item.Kind is not ClickFacts.Kind and not PurchaseFacts.Kind);
        if (facts != expectations.Sum(expected => expected.Facts.Count)) yield return $"{facts} facts instead of {expectations.Sum(expected => expected.Facts.Count)}";

        var counters = new Dictionary<string, long>();
        var rejected = entries.Where(entry => IsUnreadable(entry)).Select(entry => entry.Position).ToHashSet();
        var accounted = entries.Count(entry => CustomerOf(entry) is null);
        foreach (var expected in expectations)
        {
            foreach (var (name, change) in ProfileCounters.Delta(CounterSnapshot.Empty, ProfileCounters.Take(expected.Profile, fold.Settings))) counters[name] = counters.GetValueOrDefault(name) + change;
            rejected.UnionWith(expected.DeadLetters);
            accounted += expected.Accounted;
            foreach (var problem in Compare(store, expected, outbox.Rows)) yield return $"{expected.Profile.Customer}: {problem}";
        }

        if (accounted != entries.Count) yield return $"{entries.Count} entries, {accounted} accounted for";
        if (!letters.IsSubsetOf(rejected) || !rejected.Except(redriven).ToHashSet().IsSubsetOf(letters)) yield return $"dead letters {string.Join(' ', letters)} instead of {string.Join(' ', rejected)}";
        var stored = state.Counters.Where(pair => pair.Value != 0).OrderBy(pair => pair.Key, StringComparer.Ordinal);
        if (!stored.SequenceEqual(counters.Where(pair => pair.Value != 0).OrderBy(pair => pair.Key, StringComparer.Ordinal)))
            yield return $"sums {string.Join(", ", stored)} instead of {string.Join(", ", counters)}";
    }

    private IEnumerable<string> Compare(IPartitionStore store, Expectation expected, IReadOnlyList<OutboxRow> outbox)
    {
        var customer = expected.Profile.Customer;
        var record = store.ReadCustomer(0, customer).AsTask().Result;
        if (record is null || record.Applied != expected.Profile.Applied) yield return $"the row is at {record?.Applied}, the log at {expected.Profile.Applied}";
        else if (ProfileCodec.Read(customer, record) is var profile && (!IsFold(profile) || !record.Row.Concat(record.Side).SequenceEqual(Encode(profile)))) yield return $"the row at {record.Applied} is not the fold of the log";

        var journal = store.ReadJournal(0, customer, 0, int.MaxValue).AsTask().Result.SelectMany(JournalCodec.Read).ToList();
        if (!journal.Select(entry => (entry.Position, entry.Hash)).SequenceEqual(expected.Journal.Select(entry => (entry.Position, entry.Hash))))
            yield return $"the journal has {string.Join(' ', journal.Select(entry => entry.Position))} instead of {string.Join(' ', expected.Journal.Select(entry => entry.Position))}";

        var rows = outbox.Where(row => row.Customer == customer).ToLookup(row => row.Item.Kind, row => row.Item);
        var facts = rows.Where(kind => kind.Key is not ClickFacts.Kind and not PurchaseFacts.Kind).SelectMany(kind => kind).Select(item => (item.Kind, Convert.ToHexString(item.Bytes))).ToList();
        if (!facts.SequenceEqual(expected.Facts.Select(fact => (fact.Kind, Convert.ToHexString(fact.Bytes))))) yield return $"{facts.Count} facts that are not the {expected.Facts.Count} of the fold";

        // How clicks are shared out over commits depends on when these were; what they are together does not. Blanked facts are of an erased past.
        var clicks = rows[ClickFacts.Kind].Where(item => item.Bytes.Length > 0).SelectMany(item => ClickFacts.Read(item.Bytes).ToArray()).ToList();
        if (!clicks.SequenceEqual(expected.Clicks)) yield return $"{clicks.Count} clicks that are not the {expected.Clicks.Count} of the fold";

        // Of purchases the newest fact counts: the profile's, or that it was erased. Whether one is the customer's first depends on when commits were, and late orders move the mean value alone.
        var newest = rows[PurchaseFacts.Kind].LastOrDefault(item => item.Bytes.Length > 0)?.Bytes ?? [];
        var purchases = PurchaseFacts.Make(expected.Profile, CounterSnapshot.Empty)?.Bytes ?? [];
        const int Flags = 1, MeanValue = 8;
        if (purchases.Length == 0 ? newest.Length > 10 : !newest.Skip(Flags + 1).SkipLast(MeanValue).SequenceEqual(purchases.Skip(Flags + 1).SkipLast(MeanValue)))
            yield return $"the newest fact of purchases is {Convert.ToHexString(newest)} instead of {Convert.ToHexString(purchases)}";
    }

    private static bool IsUnreadable(in LogEntry entry)
    {
        try
        {
            EntryCodec.ReadRoute(entry.Bytes);
            return false;
        }
        catch (UnreadableEntryException)
        {
            return true;
        }
    }

    private static byte[] Encode(CustomerProfile profile)
    {
        ArrayBufferWriter<byte> row = new(), side = new();
        ProfileCodec.Write(profile, row, side);
        return [.. row.WrittenSpan, .. side.WrittenSpan];
    }
}

/// <summary>What the fold of one customer's entries comes to.</summary>
internal sealed class Expectation(CustomerProfile profile) : IFoldSink
{
    public CustomerProfile Profile { get; } = profile;

    public List<LogEntry> Journal { get; } = [];

    public List<OutboxItem> Facts { get; } = [];

    public List<Click> Clicks { get; } = [];

    public HashSet<long> DeadLetters { get; } = [];

    /// <summary>Entries that were folded once, repeats, without effect, or set aside: every one is exactly one of these.</summary>
    public int Accounted { get; private set; }

    public void Count(FoldVerdict verdict) => Accounted += Enum.IsDefined(verdict) ? 1 : 0;

    public void Emit(OutboxItem item)
    {
        // That purchases are to be forgotten is told by the fold, what they are by the commit: both are compared apart.
        if (item.Kind != PurchaseFacts.Kind) Facts.Add(item);
    }

    public void Click(in Click click) => Clicks.Add(click);

    public void Name(ulong hash, string name)
    {
    }

    /// <summary>Everything up to here is erased; facts keep their numbers.</summary>
    public void Erase()
    {
        Journal.Clear();
        DeadLetters.Clear();
        Clicks.Clear();
        for (var i = 0; i < Facts.Count; i++) Facts[i] = Facts[i] with { Bytes = [] };
    }
}
