using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Personalization.Configuration;
using Personalization.Engine.Profiles;
using Personalization.Grains.Hosting;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Silo.Commands.Verify;
using Personalization.Storage.Redis;
using Personalization.Stores;

namespace Personalization.Load.Clusters;

/// <summary>What a fold of the whole log says, and where the store differs from it.</summary>
/// <param name="Folded">Ids of events that are in a profile, each with how often.</param>
/// <param name="Missing">Events that stored profiles lack.</param>
/// <param name="Doubled">Events that stored profiles have too often.</param>
/// <param name="Differences">Customers whose stored profile is not the fold, with the first field.</param>
/// <param name="Customers">Customers compared.</param>
/// <param name="Entries">Entries of the log.</param>
/// <param name="DeadLetters">Dead letters in the store.</param>
/// <param name="Parked">Customers that are parked.</param>
/// <param name="Uncommitted">Entries above the committed positions.</param>
/// <param name="Lost">Entries that the store knows to be lost.</param>
internal sealed record FoldResult(
    IReadOnlyDictionary<string, int> Folded, long Missing, long Doubled, IReadOnlyList<string> Differences, int Customers, long Entries, long DeadLetters, int Parked, long Uncommitted, long Lost);

/// <summary>
/// Folds the log from its first entry, one entry after the other on one thread, with nothing of the running system but the pure fold, and compares what comes out with what
/// the cluster stored.
/// </summary>
internal static class LogFold
{
    private static readonly Dictionary<ulong, string> NoNames = [];

    /// <summary>Folds and compares; nobody may write meanwhile.</summary>
    public static async Task<FoldResult> Run(PersonalizationOptions options, CancellationToken cancellation)
    {
        using var connection = RedisConnection.Open(options.Redis);
        using var storage = await RedisStorage.Open(connection, options.Redis, options.Partitions);
        await using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var codec = new EntryCodec(services.GetRequiredService<Serializer>());
        var settings = EngineHosting.Settings(options);
        var fold = new ProfileFold(settings, codec);
        var reader = new ProfileReader(settings);
        var folded = new Dictionary<string, int>();
        var differences = new List<string>();
        long missing = 0, doubled = 0, entries = 0, deadLetters = 0, uncommitted = 0, lost = 0;
        int customers = 0, parked = 0;
        for (var partition = 0; partition < options.Partitions; partition++)
        {
            var profiles = new Dictionary<CustomerKey, CustomerProfile>();
            await foreach (var entry in Entries(storage.Log, partition, cancellation))
            {
                entries++;
                var (kind, customer, _) = EntryCodec.ReadRoute(entry.Bytes);
                if (kind == EntryKind.Clock) continue;
                if (!profiles.TryGetValue(customer, out var profile)) profiles[customer] = profile = new CustomerProfile(customer);
                var read = codec.Read(entry);
                var outcome = fold.Apply(profile, read, NoSink.Instance);
                if (kind == EntryKind.Event && outcome.Verdict is FoldVerdict.Folded or FoldVerdict.Late)
                    folded[read.Envelope.EventId] = folded.GetValueOrDefault(read.Envelope.EventId) + 1;
            }

            var state = await storage.Store.ReadPartition(partition, cancellation);
            var head = await storage.Log.ReadHead(partition, cancellation);
            deadLetters += state.DeadLetters;
            parked += state.Parks.Count;
            uncommitted += head.Tail - state.Position;
            lost += state.Lost;
            foreach (var (customer, profile) in profiles)
            {
                customers++;
                var record = await storage.Store.ReadCustomer(partition, customer, cancellation);
                var stored = record is null ? new CustomerProfile(customer) : ProfileCodec.Read(customer, record);
                var at = Math.Max(stored.NewestEventTime, profile.NewestEventTime);
                var (left, right) = (View(reader, stored, at), View(reader, profile, at));
                var (has, should) = (Events(left), Events(right));
                missing += Math.Max(0, should - has);
                doubled += Math.Max(0, has - should);
                if (JsonDifferences.Find(left, right) is [var first, ..]) differences.Add($"{customer}: {first} (stored ≠ folded)");
            }
        }

        return new FoldResult(folded, missing, doubled, differences, customers, entries, deadLetters, parked, uncommitted, lost);
    }

    private static async IAsyncEnumerable<LogEntry> Entries(IPartitionLog log, int partition, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = 0L;
        while (true)
        {
            var reply = await log.Read(new ReadRequest(partition, after), cancellation);
            if (reply.Status != ReadStatus.Read) throw new InvalidDataException($"the log of partition {partition} cannot be read from its first entry: {reply.Status}");
            if (reply.Entries.Count == 0) yield break;
            foreach (var entry in reply.Entries) yield return entry;
            after = reply.Entries[^1].Position;
        }
    }

    private static long Events(JsonElement view) => view.GetProperty("Totals").GetProperty("Events").GetInt64();

    /// <summary>What a reader sees, but for the position: the stored one may stand before repeats that changed nothing.</summary>
    private static JsonElement View(ProfileReader reader, CustomerProfile profile, long at) =>
        JsonSerializer.SerializeToElement(reader.View(profile, at, NoNames, _ => null) with { Applied = 0 });

    private sealed class NoSink : IFoldSink
    {
        public static readonly NoSink Instance = new();

        public void Emit(OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
