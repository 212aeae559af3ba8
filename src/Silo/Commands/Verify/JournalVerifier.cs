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
/// Proves that stored profiles are the fold of their journals: every journal is folded from nothing, and what a reader would see of it is compared field by
/// field with what a reader would see of the row.
/// </summary>
/// <param name="log">Tells whether entries were ever trimmed.</param>
/// <param name="store">Rows and journals; nobody may write to it meanwhile.</param>
/// <param name="codec">Reads entries.</param>
/// <param name="settings">What the rows were folded with.</param>
public sealed class JournalVerifier(IPartitionLog log, IPartitionStore store, EntryCodec codec, FoldSettings settings)
{
    private const int CustomersAtOnce = 1000;
    private const int SegmentsAtOnce = 1000;

    private readonly ProfileFold _fold = new(settings, codec);
    private readonly ProfileReader _reader = new(settings);

    /// <summary>Verifies every customer of every partition.</summary>
    public async IAsyncEnumerable<CustomerVerdict> Verify([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var partition = 0; partition < log.Partitions; partition++)
        {
            // As long as the log holds its first entry, no journal can have reached its retention, which is at least the log's.
            var mayBePruned = (await log.ReadHead(partition, cancellation)).First > 1;
            string? after = null;
            while (true)
            {
                var page = await store.ListCustomers(partition, after, CustomersAtOnce, cancellation);
                foreach (var listing in page)
                {
                    if (await VerifyCustomer(partition, listing.Customer, mayBePruned, cancellation) is { } verdict) yield return verdict;
                }

                if (page.Count < CustomersAtOnce) break;
                after = page[^1].Customer.Text;
            }
        }
    }

    private async Task<CustomerVerdict?> VerifyCustomer(int partition, CustomerKey customer, bool mayBePruned, CancellationToken cancellation)
    {
        if (await store.ReadCustomer(partition, customer, cancellation) is not { } record) return null;
        if (record.FoldVersion != settings.FoldVersion)
            return new CustomerVerdict(customer, [], $"its row was written by fold version {record.FoldVersion}, this is {settings.FoldVersion}; it is folded anew when the engine next loads it");

        CustomerProfile stored, folded;
        try
        {
            stored = ProfileCodec.Read(customer, record);
            folded = await Fold(partition, customer, record.Applied, cancellation);
        }
        catch (Exception fault) when (fault is InvalidDataException or UnreadableEntryException)
        {
            return new CustomerVerdict(customer, [new JsonDifference("bytes", "a row and a journal", fault.Message)], null);
        }

        var at = Math.Max(stored.NewestEventTime, folded.NewestEventTime);
        var (left, right) = (View(stored, at), View(folded, at));
        var differences = JsonDifferences.Find(left, right);
        if (differences.Count > 0 && mayBePruned && IsShorter(right, left))
            return new CustomerVerdict(customer, [], "its journal begins after its first event: the rest was pruned by Retention:Journal");
        return new CustomerVerdict(customer, differences, null);
    }

    /// <summary>The journal folded from nothing, up to the row's version.</summary>
    private async Task<CustomerProfile> Fold(int partition, CustomerKey customer, long upTo, CancellationToken cancellation)
    {
        var profile = new CustomerProfile(customer);
        var after = 0L;
        while (true)
        {
            var segments = await store.ReadJournal(partition, customer, after, SegmentsAtOnce, cancellation);
            foreach (var segment in segments)
            {
                foreach (var entry in JournalCodec.Read(segment))
                {
                    if (entry.Position > profile.Applied && entry.Position <= upTo) _fold.Apply(profile, codec.Read(entry), NoSink.Instance);
                }

                after = segment.Last;
            }

            if (segments.Count < SegmentsAtOnce) return profile;
        }
    }

    /// <summary>What a reader sees, but for the position: a repeat moves a row's position on and is no history.</summary>
    private JsonElement View(CustomerProfile profile, long at) =>
        JsonSerializer.SerializeToElement(_reader.View(profile, at, NoNames, _ => null) with { Applied = 0 });

    private static bool IsShorter(JsonElement one, JsonElement other) =>
        Sum(one) < Sum(other) || Count(one, "Traits") < Count(other, "Traits") || Count(one, "Consents") < Count(other, "Consents");

    private static long Sum(JsonElement view)
    {
        var totals = view.GetProperty("Totals");
        return totals.GetProperty("Events").GetInt64() + totals.GetProperty("Bot").GetInt64() + totals.GetProperty("Test").GetInt64();
    }

    private static int Count(JsonElement view, string member) => view.GetProperty(member).EnumerateObject().Count();

    private static readonly Dictionary<ulong, string> NoNames = [];

    private sealed class NoSink : IFoldSink
    {
        public static readonly NoSink Instance = new();

        public void Emit(OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
