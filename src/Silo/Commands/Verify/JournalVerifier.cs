using System.Text.Json;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Silo.Commands.Verify;

/// <summary>What the verification of one customer found.</summary>
/// <param name="Customer">The customer.</param>
/// <param name="Differences">Fields in which the stored row (left) and the fold of the journal (right) differ; empty if they are equal.</param>
/// <param name="NotVerifiable">Why it cannot be said; null if it can.</param>
public sealed record CustomerVerdict(CustomerKey Customer, IReadOnlyList<JsonDifference> Differences, string? NotVerifiable);

/// <summary>
/// Proves that stored profiles are the fold of their journals: every journal is folded from its beginning, or from the oldest base that retention has left, and what
/// a reader would see of it is compared field by field with what a reader would see of the row.
/// </summary>
/// <param name="log">Tells how many partitions there are.</param>
/// <param name="store">Rows and journals; nobody may write to it meanwhile.</param>
/// <param name="codec">Reads entries.</param>
/// <param name="settings">What the rows were folded with.</param>
public sealed class JournalVerifier(IPartitionLog log, IPartitionStore store, EntryCodec codec, FoldSettings settings)
{
    private const int CustomersAtOnce = 1000;
    private const int SegmentsAtOnce = 1000;

    private readonly JournalFold _fold = new(new ProfileFold(settings, codec), codec);
    private readonly ProfileReader _reader = new(settings);

    /// <summary>Verifies every customer of every partition.</summary>
    public async IAsyncEnumerable<CustomerVerdict> Verify([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var partition = 0; partition < log.Partitions; partition++)
        {
            string? after = null;
            while (true)
            {
                var page = await store.ListCustomers(partition, after, CustomersAtOnce, cancellation);
                foreach (var listing in page)
                {
                    if (await VerifyCustomer(partition, listing.Customer, cancellation) is { } verdict) yield return verdict;
                }

                if (page.Count < CustomersAtOnce) break;
                after = page[^1].Customer.Text;
            }
        }
    }

    private async Task<CustomerVerdict?> VerifyCustomer(int partition, CustomerKey customer, CancellationToken cancellation)
    {
        if (await store.ReadCustomer(partition, customer, cancellation) is not { } record) return null;
        if (record.IsDamaged) return new CustomerVerdict(customer, [new JsonDifference("row", "damaged: its bytes are not those that were written", "its journal, from which the engine folds it anew")], null);
        if (record.FoldVersion != settings.FoldVersion)
            return new CustomerVerdict(customer, [], $"its row was written by fold version {record.FoldVersion}, this is {settings.FoldVersion}; it is folded anew when the engine next loads it");

        CustomerProfile stored, folded;
        var told = new List<JsonDifference>();
        try
        {
            stored = ProfileCodec.Read(customer, record);
            var journal = await ReadJournal(partition, customer, cancellation);
            var found = journal.Count == 0 && stored.IsEmpty ? new JournalFolded(new CustomerProfile(customer), JournalBasis.Beginning) : _fold.Fold(customer, journal, record.Applied, fault => told.Add(new JsonDifference("journal", "a row", fault)));
            if (found is null && told.Count > 0) return new CustomerVerdict(customer, told, null);
            if (found is null)
                return new CustomerVerdict(customer, [], "its journal holds neither its first event nor a base: the rest was pruned by Retention:Journal");
            folded = found.Profile;
        }
        catch (InvalidDataException fault)
        {
            return new CustomerVerdict(customer, [new JsonDifference("bytes", "a row and a journal", fault.Message)], null);
        }

        var at = Math.Max(stored.NewestEventTime, folded.NewestEventTime);
        return new CustomerVerdict(customer, [.. told, .. JsonDifferences.Find(View(stored, at), View(folded, at))], null);
    }

    private async Task<List<JournalSegment>> ReadJournal(int partition, CustomerKey customer, CancellationToken cancellation)
    {
        var journal = new List<JournalSegment>();
        while (true)
        {
            var segments = await store.ReadJournal(partition, customer, journal.Count == 0 ? 0 : journal[^1].Last, SegmentsAtOnce, cancellation);
            journal.AddRange(segments);
            if (segments.Count < SegmentsAtOnce) return journal;
        }
    }

    /// <summary>What a reader sees, but for the position: a repeat moves a row's position on and is no history.</summary>
    private JsonElement View(CustomerProfile profile, long at) =>
        JsonSerializer.SerializeToElement(_reader.View(profile, at, NoNames, _ => null) with { Applied = 0 });

    private static readonly Dictionary<ulong, string> NoNames = [];
}
