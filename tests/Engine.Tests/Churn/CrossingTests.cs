using CsCheck;
using Personalization.Configuration;
using Personalization.Engine.Churn;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Engine.Tests.Churn;

/// <summary>A buyer's P(alive) falls below the threshold: told once, at that instant, until the next order arms it again.</summary>
public sealed class CrossingTests
{
    private static readonly ChurnParameters Stamp = new ChurnReplica(new FoldSettings(), new ChurnOptions()).Stamp;

    [Fact]
    public void A_crossing_is_told_once_at_its_instant_and_a_new_order_arms_it_again()
    {
        var run = new ChurnRun().Buy(0);
        var crossing = run.Scorer.CrossesThresholdAt(run.Fold.Profile)!.Value;
        Assert.Equal(12.998, (crossing - ChurnRun.Start) / (double)ChurnRun.Week, 5e-4);
        // The session's end comes first.
        Wake(run, run.Scorer.WakeAt(run.Fold.Profile)!.Value);
        Assert.Equal(crossing, run.Scorer.WakeAt(run.Fold.Profile));

        Wake(run, crossing - 1);
        Assert.Empty(Told(run));
        run.Fold.Reload();
        Assert.Equal(FoldVerdict.Folded, Wake(run, crossing));
        Assert.Equal(
            $$"""{"customer":"default/c1","crossedAt":{{crossing}},"lastPurchaseAt":{{ChurnRun.Start}},"purchaseDays":1,"threshold":0.5,"parametersVersion":0}""",
            System.Text.Encoding.UTF8.GetString(Assert.Single(Told(run)).Bytes));
        run.Fold.Reload();
        Assert.Equal(FoldVerdict.NoEffect, Wake(run, crossing));
        Assert.Equal(FoldVerdict.Folded, Wake(run, crossing + ChurnRun.Week));
        Assert.Single(Told(run));
        Assert.Null(run.Scorer.WakeAt(run.Fold.Profile));

        run.Buy(20);
        Wake(run, run.Scorer.WakeAt(run.Fold.Profile)!.Value);
        var next = run.Scorer.WakeAt(run.Fold.Profile)!.Value;
        Assert.Equal(run.Scorer.CrossesThresholdAt(run.Fold.Profile), next);
        Assert.Equal(.5, run.ScoreAt(next).ProbabilityAlive, 1e-9);
        Wake(run, next);
        Assert.Equal(2, Told(run).Count);
    }

    [Fact]
    public void A_purchase_before_the_crossing_moves_it_and_the_wake_up_of_the_old_one_tells_nothing()
    {
        var run = new ChurnRun().Buy(0);
        var old = run.Scorer.CrossesThresholdAt(run.Fold.Profile)!.Value;
        run.Buy(10);
        Wake(run, old);
        Assert.Empty(Told(run));
        Assert.True(run.Scorer.WakeAt(run.Fold.Profile) > old);
        Assert.Equal(run.Scorer.CrossesThresholdAt(run.Fold.Profile), run.Scorer.WakeAt(run.Fold.Profile));
    }

    [Fact]
    public void Neither_a_visit_nor_a_further_line_of_a_told_order_arms_it_again()
    {
        var run = new ChurnRun().Buy(0, 30, "o1");
        Wake(run, run.Scorer.CrossesThresholdAt(run.Fold.Profile)!.Value);
        Assert.Single(Told(run));
        run.BuyAt(ChurnRun.Start + (3 * FoldRun.Hour), 5, "o1");
        run.Visit(14);
        Wake(run, run.Scorer.WakeAt(run.Fold.Profile)!.Value);
        Assert.Null(run.Scorer.WakeAt(run.Fold.Profile));
        Wake(run, ChurnRun.At(100));
        Assert.Single(Told(run));
    }

    [Fact]
    public void Who_never_bought_or_refuses_personalization_is_not_woken_for_it()
    {
        var visitor = new ChurnRun().Visit(0);
        Wake(visitor, visitor.Scorer.WakeAt(visitor.Fold.Profile)!.Value);
        Assert.Null(visitor.Scorer.WakeAt(visitor.Fold.Profile));
        Wake(visitor, ChurnRun.At(100));
        Assert.Empty(Told(visitor));

        var buyer = new ChurnRun().Buy(0);
        var crossing = buyer.Scorer.CrossesThresholdAt(buyer.Fold.Profile)!.Value;
        Wake(buyer, buyer.Scorer.WakeAt(buyer.Fold.Profile)!.Value);
        buyer.Fold.Apply(new ConsentChange { Purpose = "personalization", Granted = false }, ChurnRun.At(1));
        Assert.Null(buyer.Scorer.WakeAt(buyer.Fold.Profile));
        Wake(buyer, crossing);
        Assert.Empty(Told(buyer));
        // What was not told is told once the customer agrees again.
        buyer.Fold.Apply(new ConsentChange { Purpose = "personalization", Granted = true }, ChurnRun.At(14));
        Wake(buyer, buyer.Scorer.WakeAt(buyer.Fold.Profile)!.Value);
        Assert.Single(Told(buyer));
    }

    [Fact]
    public void The_parameters_that_the_wake_up_is_stamped_with_decide()
    {
        var run = new ChurnRun().Buy(0);
        var crossing = run.Scorer.CrossesThresholdAt(run.Fold.Profile)!.Value;
        Wake(run, run.Scorer.WakeAt(run.Fold.Profile)!.Value);

        // By other parameters it is later: nothing is told, and the next try is not at once.
        Wake(run, crossing, Stamp with { Threshold = .4 });
        Assert.Empty(Told(run));
        Assert.Equal(crossing + FoldRun.Hour, run.Scorer.WakeAt(run.Fold.Profile));
        // An entry of the version before has no stamp.
        Wake(run, crossing + FoldRun.Hour, null);
        Assert.Empty(Told(run));

        Wake(run, crossing + (2 * FoldRun.Hour), Stamp with { Threshold = .6, Version = 7 });
        var told = run.Fold.Sink.Json(run.Fold.Sink.Items.Count - 1);
        Assert.Equal((.6, 7), (told.GetProperty("threshold").GetDouble(), told.GetProperty("parametersVersion").GetInt64()));
        Assert.True(told.GetProperty("crossedAt").GetInt64() < crossing);
    }

    [Fact]
    public void A_stamp_that_is_no_model_is_rejected_and_changes_nothing()
    {
        foreach (var stamp in (ChurnParameters[])[Stamp with { R = 0 }, Stamp with { Alpha = double.NaN }, Stamp with { A = double.PositiveInfinity }, Stamp with { B = -1 }, Stamp with { Threshold = 1 }])
        {
            var run = new ChurnRun().Buy(0);
            var (row, side) = FoldRun.Encode(run.Fold.Profile);
            Assert.Equal(FoldVerdict.Rejected, Wake(run, ChurnRun.At(50), stamp));
            var (rowAfter, sideAfter) = FoldRun.Encode(run.Fold.Profile);
            Assert.Equal((Convert.ToHexString(row), Convert.ToHexString(side)), (Convert.ToHexString(rowAfter), Convert.ToHexString(sideAfter)));
            Assert.Empty(run.Fold.Sink.Items);
        }
    }

    [Fact]
    public void Any_order_of_purchases_within_the_lateness_crosses_at_the_same_instants()
    {
        var gaps = Gen.Select(Gen.Int[0, 20], Gen.Int[0, 1_439]).Array[1, 12];
        Gen.Select(gaps, Gen.Int[0, 54].Array[12]).Sample(
            (steps, delays) =>
            {
                var purchases = new List<(long Time, string Id)>();
                var time = ChurnRun.Start;
                foreach (var (weeks, minutes) in steps) purchases.Add((time += (weeks * ChurnRun.Week) + ((minutes % 90) * FoldRun.Minute), $"p{purchases.Count}"));
                if (EndsASilenceWithinTheLatenessOfItsCrossing(purchases)) return;
                Assert.Equal(Crossings(purchases, [.. steps.Select(_ => 0)]), Crossings(purchases, delays));
            },
            iter: 500);
    }

    [Fact]
    public void A_fold_anew_tells_nothing_and_what_was_told_stays_told()
    {
        var settings = new FoldSettings { Revision = 1, SessionGap = TimeSpan.FromMinutes(10) };
        foreach (var isTold in (bool[])[true, false])
        {
            var run = new ChurnRun().Buy(0, 30, "o1");
            var entries = new List<LogEntry> { Make(1, new CustomerEvent { Type = EventType.Purchase, OrderId = "o1", BaseValue = 30, Value = 30 }, ChurnRun.Start, "e1") };
            var crossing = run.Scorer.CrossesThresholdAt(run.Fold.Profile)!.Value;
            if (isTold)
            {
                Wake(run, crossing);
                entries.Add(Make(2, new WakeUp { Due = crossing, Churn = Stamp }, crossing, "wake"));
            }

            var (row, side) = FoldRun.Encode(run.Fold.Profile);
            var record = new CustomerRecord(run.Fold.Profile.Applied, run.Fold.Settings.FoldVersion, row, side, false);
            var fold = new ProfileFold(settings, FoldRun.Codec);
            var folded = new JournalFold(fold, FoldRun.Codec).Refold(FoldRun.Key, record, [JournalCodec.Write(entries, 1, run.Fold.Settings.FoldVersion, true, null)]);
            Assert.Equal(JournalBasis.Beginning, folded.Basis);

            var sink = new CollectingSink();
            fold.Apply(folded.Profile, FoldRun.Entry(9, new WakeUp { Due = crossing + ChurnRun.Week, Churn = Stamp }, crossing, "w9", EntryFlags.None), sink);
            Assert.Equal(isTold ? 0 : 1, sink.Items.Count(item => item.Kind == ChurnCrossed.Kind));
        }
    }

    /// <summary>Version 3 kept how many orders there were when a crossing was told, late ones left out: the golden record has three, and one that came late.</summary>
    [Theory]
    [InlineData(ProfileCodecTests.SideOfVersion2 + "07", true)]
    [InlineData(ProfileCodecTests.SideOfVersion3 + "0700", true)]
    [InlineData(ProfileCodecTests.SideOfVersion3 + "0702", true)]
    [InlineData(ProfileCodecTests.SideOfVersion3 + "0703", false)]
    public void What_a_side_record_of_an_earlier_version_has_told_stays_told(string side, bool isArmed)
    {
        var read = ProfileCodec.Read(FoldRun.Key, new CustomerRecord(20, 1, Convert.FromHexString(ProfileCodecTests.RowOfVersion1), Convert.FromHexString(side), false));
        Assert.Equal(7, read.LastWokenAt);
        var session = read.NextWakeUp!.Value;
        var run = new ChurnRun();
        run.Fold.Fold.Apply(read, FoldRun.Entry(21, new WakeUp { Due = session }, session, "w", EntryFlags.None), run.Fold.Sink);
        Assert.Equal(isArmed, run.Scorer.WakeAt(read) is not null);
    }

    [Fact]
    public void A_late_order_arms_it_again_only_where_it_is_newer_than_the_silence()
    {
        var run = new ChurnRun().Buy(4);
        Wake(run, run.Scorer.CrossesThresholdAt(run.Fold.Profile)!.Value);
        run.Visit(40);
        run.Buy(2);
        Assert.Equal(2, run.Fold.View(ChurnRun.At(40)).Purchases.PurchaseDays);
        Wake(run, ChurnRun.At(50));
        Assert.Single(Told(run));
        run.Buy(39);
        Assert.Equal(2, run.Fold.View(ChurnRun.At(40)).Totals.Late);
        Wake(run, ChurnRun.At(200));
        Assert.Equal(2, Told(run).Count);
    }

    /// <summary>All crossings that are told when purchases arrive with delays (in minutes, each below the lateness) and wake-ups fire as event time passes them.</summary>
    private static string Crossings(IReadOnlyList<(long Time, string Id)> purchases, int[] delays)
    {
        var run = new ChurnRun();
        var arrivals = purchases.Select((purchase, index) => (purchase.Time, purchase.Id, At: purchase.Time + (delays[index] * FoldRun.Minute))).OrderBy(arrival => arrival.At).ToList();
        foreach (var (time, id, _) in arrivals)
        {
            // The clock of event time is the newest event less the lateness.
            WakeUpTo(run, Math.Max(time, run.Fold.Profile.NewestEventTime) - FoldRun.Hour);
            run.Fold.Apply(new CustomerEvent { Type = EventType.Purchase }, time, id);
        }

        WakeUpTo(run, ChurnRun.At(10_000));
        return string.Join('|', Told(run).Select(item => System.Text.Encoding.UTF8.GetString(item.Bytes)));
    }

    /// <summary>
    /// A crossing is told once event time is a lateness past it. An order within that hour ends the silence before, unless a newer one arrives first: then the crossing is told, as
    /// docs/churn.md says.
    /// </summary>
    private static bool EndsASilenceWithinTheLatenessOfItsCrossing(IEnumerable<(long Time, string Id)> purchases)
    {
        var run = new ChurnRun();
        foreach (var (time, id) in purchases)
        {
            if (run.Scorer.CrossesThresholdAt(run.Fold.Profile) is { } crossing && crossing <= time && time < crossing + FoldRun.Hour) return true;
            run.Fold.Apply(new CustomerEvent { Type = EventType.Purchase }, time, id);
        }

        return false;
    }

    private static void WakeUpTo(ChurnRun run, long now)
    {
        while (run.Scorer.WakeAt(run.Fold.Profile) is { } due && due <= now) Wake(run, due);
    }

    private static FoldVerdict Wake(ChurnRun run, long due) => Wake(run, due, Stamp);

    private static FoldVerdict Wake(ChurnRun run, long due, ChurnParameters? stamp) => run.Fold.Apply(new WakeUp { Due = due, Churn = stamp }, due, flags: EntryFlags.None).Verdict;

    private static List<OutboxItem> Told(ChurnRun run) => run.Fold.Sink.Items.FindAll(item => item.Kind == ChurnCrossed.Kind);

    private static LogEntry Make(long position, object payload, long time, string id)
    {
        var entry = FoldRun.Entry(position, payload, time, id, payload is WakeUp ? EntryFlags.None : EntryFlags.ProducerGaveId);
        return new LogEntry(position, FoldRun.Noon, FoldRun.Codec.Write(entry.Envelope, payload));
    }
}
