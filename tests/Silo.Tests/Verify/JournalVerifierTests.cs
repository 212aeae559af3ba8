using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Silo.Commands.Verify;
using Personalization.Storage.Memory;
using Personalization.Stores;

namespace Personalization.Silo.Tests.Verify;

public sealed class JournalVerifierTests : IDisposable
{
    private const long Day = 1_700_000_000_000;
    private static readonly CustomerKey Ann = CustomerKey.Create("default", CustomerKeyKind.Customer, "ann");
    private static readonly EntryCodec Codec = new(new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>());
    private static readonly FoldSettings Settings = new();

    private readonly MemoryPartitionLog _log = new(1);
    private readonly MemoryPartitionStore _store = new(1);

    [Fact]
    public async Task A_row_that_is_the_fold_of_its_journal_is_verified()
    {
        var entries = Shopping(40);
        await Save(folded: entries, journal: [entries[..25], entries[25..]]);

        var verdict = Assert.Single(await Verify());
        Assert.Equal((Ann, null), (verdict.Customer, verdict.NotVerifiable));
        Assert.Empty(verdict.Differences);
    }

    [Fact]
    public async Task A_row_that_holds_more_than_its_journal_is_a_difference_by_field()
    {
        var entries = Shopping(40);
        await Save(folded: entries, journal: [[.. entries[..20], .. entries[21..]]]);

        var fields = Assert.Single(await Verify()).Differences.Select(difference => difference.ToString()).ToList();
        Assert.Contains("Totals.Events: 40 ≠ 39", fields);
        Assert.Contains(fields, field => field.StartsWith("Activity.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_that_was_changed_behind_the_engines_back_is_a_difference()
    {
        var entries = Shopping(10);
        await Save(folded: [.. entries[..9], Event(10, "purchase", "i9", 1234m)], journal: [entries]);
        Assert.Contains("Totals.Revenue", Assert.Single(await Verify()).Differences.Select(difference => difference.Field));
    }

    [Fact]
    public async Task A_journal_that_holds_neither_its_beginning_nor_a_base_is_counted_apart()
    {
        var entries = Shopping(40);
        await Save(folded: entries, journal: [entries[10..]], begins: false);
        var verdict = Assert.Single(await Verify());
        Assert.Contains("pruned", verdict.NotVerifiable, StringComparison.Ordinal);
        Assert.Empty(verdict.Differences);
    }

    [Fact]
    public async Task A_row_that_holds_less_than_its_journal_is_a_difference()
    {
        var entries = Shopping(40);
        await Save(folded: [.. entries[..10], .. entries[11..]], journal: [entries]);
        Assert.NotEmpty(Assert.Single(await Verify()).Differences);
    }

    [Fact]
    public async Task A_customer_that_came_back_after_an_erasure_is_verified_from_there()
    {
        var entries = Shopping(20);
        entries[9] = Write(10, EntryKind.Erasure, new Erasure());
        await Save(folded: entries, journal: [entries[10..]]);
        Assert.Empty(Assert.Single(await Verify()).Differences);
    }

    [Fact]
    public async Task A_row_of_another_fold_is_not_compared()
    {
        var entries = Shopping(5);
        await Save(folded: entries, journal: [entries[1..]], foldVersion: Settings.FoldVersion - 1);
        Assert.Contains("fold version", Assert.Single(await Verify()).NotVerifiable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_line_is_the_sum_and_differences_are_the_exit_code()
    {
        var entries = Shopping(5);
        await Save(folded: entries, journal: [entries]);
        using StringWriter good = new(), bad = new();
        Assert.Equal(0, await VerifyCommand.Verify(new JournalVerifier(_log, _store, Codec, Settings), good, CancellationToken.None));
        Assert.Equal("verified 1 customers, 0 differences, 0 not verifiable", good.ToString().Trim());

        var store = new MemoryPartitionStore(1);
        await Save(folded: entries, journal: [entries[..4]], store: store);
        Assert.Equal(1, await VerifyCommand.Verify(new JournalVerifier(_log, store, Codec, Settings), bad, CancellationToken.None));
        Assert.Contains("default/ann: Totals.Events: 5 ≠ 4 (row ≠ journal)", bad.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"verified 1 customers, \d+ differences, 0 not verifiable\s*$", bad.ToString());
    }

    public void Dispose() => _log.Dispose();

    private async Task<List<CustomerVerdict>> Verify()
    {
        var verdicts = new List<CustomerVerdict>();
        await foreach (var verdict in new JournalVerifier(_log, _store, Codec, Settings).Verify()) verdicts.Add(verdict);
        return verdicts;
    }

    /// <summary>Commits the fold of some entries as the row, and other entries as its journal, a segment a group.</summary>
    private async Task Save(LogEntry[] folded, LogEntry[][] journal, int? foldVersion = null, MemoryPartitionStore? store = null, bool begins = true)
    {
        store ??= _store;
        var epoch = (await store.Claim(0, 1)).Epoch;
        var fold = new ProfileFold(Settings, Codec);
        var profile = new CustomerProfile(Ann);
        foreach (var entry in folded) fold.Apply(profile, Codec.Read(entry), new Silent());
        ArrayBufferWriter<byte> row = new(), side = new();
        ProfileCodec.Write(profile, row, side);
        var stored = CustomerWrite.NoRow;
        for (var i = 0; i < journal.Length; i++)
        {
            // Only the last write's row stays; its version is where the fold has come to.
            var applied = i == journal.Length - 1 ? profile.Applied : journal[i][^1].Position;
            var reply = await store.Commit(new CommitChunk(0, new OwnerFence(epoch, 0),
            [
                new CustomerWrite
                {
                    Customer = Ann, Base = stored, Applied = applied, FoldVersion = foldVersion ?? Settings.FoldVersion,
                    Row = row.WrittenSpan.ToArray(), Side = side.WrittenSpan.ToArray(), Journal = JournalCodec.Write(journal[i], Day, Settings.FoldVersion, begins: begins && i == 0),
                },
            ]));
            Assert.Equal([CommitOutcome.Written], reply.Outcomes);
            stored = applied;
        }
    }

    private static LogEntry[] Shopping(int count) =>
        [.. Enumerable.Range(1, count).Select(i => Event(i, i % 9 == 0 ? "purchase" : i % 4 == 0 ? "productAdded" : "productViewed", $"i{i % 6}", i * 1.5m))];

    private static LogEntry Event(int position, string type, string item, decimal value)
    {
        Assert.True(EventTypes.TryParse(type, out var kind));
        return Write(position, EntryKind.Event, new CustomerEvent { Type = kind, ItemId = item, Category = "c", Value = value, BaseValue = value });
    }

    private static LogEntry Write(int position, EntryKind kind, object payload) => new(
        position, Day + position, Codec.Write(new EntryEnvelope(kind, Ann, $"e{position}", Day + (position * 600_000L), Flags: EntryFlags.ProducerGaveId), payload));

    private sealed class Silent : IFoldSink
    {
        public void Emit(OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
