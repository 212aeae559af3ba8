using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Stores;
using Xunit;

namespace Personalization.Engine.Tests.Journals;

/// <summary>Rows that an older fold wrote, folded anew from their journals.</summary>
public sealed class JournalFoldTests
{
    private const long Minute = 60_000;
    private static readonly FoldSettings Old = new();
    private static readonly FoldSettings New = new() { Revision = 1, SessionGap = TimeSpan.FromMinutes(10), RecentItems = 3 };

    private readonly List<LogEntry> _entries = [];

    [Fact]
    public void From_its_beginning_a_journal_folds_to_what_the_new_fold_would_always_have_made_of_it()
    {
        Shop();
        var folded = Refold(New, Row(Old, _entries), [Segment(_entries[..20], begins: true), Segment(_entries[20..])]);
        Assert.Equal(JournalBasis.Beginning, folded.Basis);
        var (expected, actual) = (View(New, Fold(New, _entries)), View(New, folded.Profile));
        Assert.Equal(ViewAssert.Text(expected), ViewAssert.Text(actual));
        Assert.NotEqual(View(Old, Fold(Old, _entries)).Session!.Ordinal, actual.Session!.Ordinal);
        Assert.Equal(3, actual.RecentItems.Count);
    }

    [Fact]
    public void Without_its_beginning_it_folds_from_the_oldest_base()
    {
        Shop();
        var at = Fold(Old, _entries[..20]);
        var folded = Refold(New, Row(Old, _entries), [Segment(_entries[10..20], row: Record(Old, at)), Segment(_entries[20..30], row: Row(Old, _entries[..30])), Segment(_entries[30..])]);
        Assert.Equal(JournalBasis.Base, folded.Basis);

        var expected = Fold(Old, _entries[..20]);
        foreach (var entry in _entries[20..]) new ProfileFold(New, FoldRun.Codec).Apply(expected, FoldRun.Codec.Read(entry), new CollectingSink());
        Assert.Equal(View(New, expected).Session!.Ordinal, View(New, folded.Profile).Session!.Ordinal);
        Assert.Equal(40, View(New, folded.Profile).Totals.Events);
    }

    [Fact]
    public void Where_the_journal_holds_neither_the_row_stands()
    {
        Shop();
        var folded = Refold(New, Row(Old, _entries), [Segment(_entries[30..])]);
        Assert.Equal(JournalBasis.Row, folded.Basis);
        var (expected, actual) = (FoldRun.Encode(Fold(Old, _entries)), FoldRun.Encode(folded.Profile));
        Assert.Equal(expected.Row, actual.Row);
        Assert.Equal(expected.Side, actual.Side);
    }

    [Fact]
    public void What_lies_after_the_row_is_left_out_and_what_has_no_effect_moves_the_position_all_the_same()
    {
        Shop();
        var row = Row(Old, _entries[..30]) with { Applied = 30_000 };
        var folded = Refold(New, row, [Segment(_entries[..30], begins: true), Segment([new LogEntry(30_001, 1, _entries[31].Bytes)])]);
        Assert.Equal(30_000, folded.Profile.Applied);
        Assert.Equal(30, View(New, folded.Profile).Totals.Events);
    }

    [Fact]
    public void No_session_that_was_reported_is_reported_again_although_the_new_fold_holds_more_of_them_back()
    {
        // An hour apart: the old fold takes a session from the tail after an hour, the new one keeps it for twelve.
        for (var i = 0; i < 10; i++) Add(new CustomerEvent { Type = EventType.ProductViewed, ItemId = $"i{i}" }, FoldRun.Noon + (i * 2 * 60 * Minute));
        var told = new CollectingSink();
        Fold(Old, _entries, told);
        Assert.Equal(8, told.Items.Count);

        var slow = New with { Lateness = TimeSpan.FromHours(12) };
        var profile = Refold(slow, Row(Old, _entries), [Segment(_entries, begins: true)]).Profile;
        var again = new CollectingSink();
        var fold = new ProfileFold(slow, FoldRun.Codec);
        fold.Apply(profile, FoldRun.Codec.Read(Make(11, new WakeUp { Due = profile.NextWakeUp!.Value }, profile.NextWakeUp!.Value)), again);
        Assert.Equal(2, again.Items.Count);
        Assert.Null(profile.NextWakeUp);
    }

    [Fact]
    public void Seen_ids_erasures_and_redriven_letters_stay_known()
    {
        Shop();
        var stored = Fold(Old, _entries);
        var folded = Refold(New, Record(Old, stored), [Segment(_entries, begins: true)]).Profile;
        var again = FoldRun.Codec.Read(new LogEntry(100, FoldRun.Noon, _entries[^1].Bytes));
        Assert.Equal(FoldVerdict.Duplicate, new ProfileFold(New, FoldRun.Codec).Apply(folded, again, new CollectingSink()).Verdict);

        var erased = Make(41, new Erasure(), FoldRun.Noon);
        var tombstone = Record(Old, Fold(Old, [.. _entries, erased]));
        Assert.True(tombstone.IsTombstone);
        var basis = Refold(New, tombstone, []);
        Assert.Equal((JournalBasis.Row, true, 41), (basis.Basis, basis.Profile.IsTombstone, basis.Profile.ErasedAt));
    }

    [Fact]
    public void Behind_a_segment_that_is_damaged_a_journal_folds_from_the_next_base_and_says_so()
    {
        Shop();
        var damaged = Segment(_entries[10..20]);
        damaged.Bytes[^5] ^= 4;
        var told = new List<string>();
        var journal = new JournalFold(new ProfileFold(Old, FoldRun.Codec), FoldRun.Codec);
        JournalSegment[] segments = [Segment(_entries[..10], begins: true), damaged, Segment(_entries[20..30], row: Row(Old, _entries[..30])), Segment(_entries[30..])];
        var folded = journal.Fold(FoldRun.Key, segments, long.MaxValue, told.Add)!;
        Assert.Equal(JournalBasis.Base, folded.Basis);
        Assert.Equal(ViewAssert.Text(View(Old, Fold(Old, _entries))), ViewAssert.Text(View(Old, folded.Profile)));
        Assert.Equal("the journal's segment of positions 11 to 20 cannot be read: the segment is damaged: its bytes are not those that were written", Assert.Single(told));

        // Without a base behind it nothing can be folded over the gap; a row that an older fold wrote then stands as it is.
        Assert.Null(journal.Fold(FoldRun.Key, segments[..2], long.MaxValue));
        Assert.Equal(JournalBasis.Row, Refold(New, Row(Old, _entries[..20]), segments[..2]).Basis);
    }

    [Fact]
    public void An_entry_that_the_fold_throws_on_is_left_out_and_leaves_nothing_half_done()
    {
        for (var i = 0; i < 6; i++) Add(new CustomerEvent { Type = EventType.ProductViewed, ItemId = $"i{i}" }, FoldRun.Noon + (i * 60 * Minute));
        // An order whose lines cannot be read, as no door lets one through: counted in the totals before the fold comes to its lines.
        _entries.Insert(3, Make(100, new CustomerEvent { Type = EventType.Purchase, BaseValue = 5, Lines = [null!] }, FoldRun.Noon + (3 * 60 * Minute)));
        var entries = _entries.Select((entry, i) => entry with { Position = i + 1 }).ToList();
        var told = new List<string>();
        var folded = new JournalFold(new ProfileFold(Old, FoldRun.Codec), FoldRun.Codec).Fold(FoldRun.Key, [Segment(entries, begins: true)], long.MaxValue, told.Add)!;
        var expected = Fold(Old, entries.Where(entry => entry.Position != 4));
        Assert.Equal(ViewAssert.Text(View(Old, expected)), ViewAssert.Text(View(Old, folded.Profile)));
        Assert.Equal(0, View(Old, folded.Profile).Totals.Revenue);
        Assert.StartsWith("the entry at position 4 of the journal is left out: the fold failed on it", Assert.Single(told), StringComparison.Ordinal);
    }

    private static JournalFolded Refold(FoldSettings settings, CustomerRecord row, IEnumerable<JournalSegment> segments) =>
        new JournalFold(new ProfileFold(settings, FoldRun.Codec), FoldRun.Codec).Refold(FoldRun.Key, row, segments);

    private static CustomerProfile Fold(FoldSettings settings, IEnumerable<LogEntry> entries, CollectingSink? sink = null)
    {
        var (profile, fold) = (new CustomerProfile(FoldRun.Key), new ProfileFold(settings, FoldRun.Codec));
        foreach (var entry in entries) fold.Apply(profile, FoldRun.Codec.Read(entry), sink ?? new CollectingSink());
        return profile;
    }

    private static CustomerRecord Row(FoldSettings settings, IEnumerable<LogEntry> entries) => Record(settings, Fold(settings, entries));

    private static CustomerRecord Record(FoldSettings settings, CustomerProfile profile)
    {
        var (row, side) = FoldRun.Encode(profile);
        return new CustomerRecord(profile.Applied, settings.FoldVersion, row, side, profile.IsTombstone);
    }

    private static JournalSegment Segment(IReadOnlyList<LogEntry> entries, bool begins = false, CustomerRecord? row = null) => JournalCodec.Write(entries, 1, Old.FoldVersion, begins, row);

    private static Personalization.Customers.ProfileView View(FoldSettings settings, CustomerProfile profile) => new ProfileReader(settings).View(profile, profile.NewestEventTime, new Dictionary<ulong, string>(), _ => null);

    private static LogEntry Make(long position, object payload, long time)
    {
        var entry = FoldRun.Entry(position, payload, time, $"e{position}");
        return new LogEntry(position, FoldRun.Noon, FoldRun.Codec.Write(entry.Envelope, payload));
    }

    private void Add(object payload, long time) => _entries.Add(Make(_entries.Count + 1, payload, time));

    /// <summary>40 events, 20 minutes apart: one session of the old fold, a session each of the new one.</summary>
    private void Shop()
    {
        for (var i = 0; i < 40; i++)
        {
            var type = i % 9 == 0 ? EventType.Purchase : EventType.ProductViewed;
            Add(new CustomerEvent { Type = type, ItemId = $"i{i % 6}", Category = "c", BaseValue = i }, FoldRun.Noon + (i * 20 * Minute));
        }
    }
}
