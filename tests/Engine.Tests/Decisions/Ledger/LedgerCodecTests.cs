using CsCheck;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Engine.Tests.Decisions.Ledger;

/// <summary>Bytes of a ledger: the last part of a customer's side record.</summary>
public sealed class LedgerCodecTests
{
    private const string GoldenLedger =
        "020002a19bf5377ad0a6c780b899290180f8d1adfa62c314a6e0afaca0fb80b899290180f8d1adfa620104686f6d650102a3cfaa8179d1640d0000803f0000003f0000003e587c4a7fb979379e0000803f0000003f0000003e0392e3789987c0f1520180"
        + "f8d1adfa6280dddb019731d99eb3674e570004686f6d6507756e69666f726d06000000000000d03f17030200808080fc0302808080f80b020c000000000000f03f0005000000000000e03f0102c314a6e0afaca0fba19bf5377ad0a6c70201614d000000"
        + "00000000000000000000e03f000000000000c03f0001624d00000000000000000000000000d03f000000000000c03f01000000000000e03feb47e5238bb400930382f8d1adfa6280dddb01fd43745d86c4d01f0004686f6d6507756e69666f726d060000"
        + "00000000d03f080000020c000000000000f03f0005000000000000e03f010001016300849bd85287c875640484f8d1adfa6280dddb0195a20f49771c1c460104686f6d6507756e69666f726d06000000000000d03f100000020c000000000000f03f0105"
        + "000000000000e03f01000104736f636b00";

    private const string LedgerOfVersion1 =
        "010002a19bf5377ad0a6c780b899290180f8d1adfa62c314a6e0afaca0fb80b899290180f8d1adfa620104686f6d650102a3cfaa8179d1640d0000803f0000003f0000003e587c4a7fb979379e0000803f0000003f0000003e0392e3789987c0f15201"
        + "80f8d1adfa6280dddb019731d99eb3674e570004686f6d6507756e69666f726d06000000000000d03f17030200808080fc0302808080f80b020c000000000000f03f0005000000000000e03f0102c314a6e0afaca0fba19bf5377ad0a6c70201614d0000"
        + "0000000000000000000000e03f000000000000c03f000000000000d03f0001624d00000000000000000000000000d03f000000000000c03f000000000000e03f01eb47e5238bb400930382f8d1adfa6280dddb01fd43745d86c4d01f0004686f6d650775"
        + "6e69666f726d06000000000000d03f080000020c000000000000f03f0005000000000000e03f01000101634d00000000000000000000000000e03f000000000000c03f000000000000d03f00849bd85287c875640484f8d1adfa6280dddb0195a20f4977"
        + "1c1c460104686f6d6507756e69666f726d06000000000000d03f100000020c000000000000f03f0105000000000000e03f01000104736f636b4d00000000000000000000000000e03f000000000000c03f000000000000d03f00";
    private const string GoldenExample = "010004686f6d6507756e69666f726d016102070000000000000080f8d1adfa62000000000000d03f01000000000000c03f000000000000e03f000000000000d03f06030200808080fc0302808080f80b";

    [Fact]
    public void A_ledger_that_was_stored_goes_on_as_if_it_had_not_been()
    {
        var (kept, stored) = (Everything(), Everything());
        stored.Run.Reload();
        foreach (var run in new[] { kept, stored })
        {
            Assert.Equal((RewardOutcome.AlreadyRewarded, RewardOutcome.Applied), (run.Judge("d1", "b"), run.Judge("d1")));
            run.Event(new CustomerEvent { Type = EventType.ProductClicked, ActionId = "a" }, FoldRun.Noon + 5);
            Assert.False(run.IsTaken(LedgerRun.Offer("a") with { Caps = [LedgerRun.Cap("action:a", 1)] }, FoldRun.Noon + 5));
            run.Decide(LedgerRun.Offer("a", "c"), FoldRun.Noon + 6);
            run.WakeUntil(FoldRun.Noon + FoldRun.Day);
        }

        Assert.Equal(kept.Run.Sink.Items.Select(item => (item.Kind, Convert.ToHexString(item.Bytes))), stored.Run.Sink.Items.Select(item => (item.Kind, Convert.ToHexString(item.Bytes))));
        Assert.Equal(FoldRun.Encode(kept.Profile).Side, FoldRun.Encode(stored.Profile).Side);
    }

    [Fact]
    public void Bytes_are_the_same_after_reading_them()
    {
        var run = Everything();
        Assert.Equal(FoldRun.Encode(run.Profile).Side, FoldRun.Encode(FoldRun.Decode(run.Profile)).Side);
    }

    [Fact]
    public void The_bytes_of_a_ledger_are_golden()
    {
        var actual = Convert.ToHexStringLower(FoldRun.Encode(Everything().Profile).Side.AsSpan(StartOfLedger()));
        Assert.True(GoldenLedger == actual, $"they are now {actual}");
    }

    [Fact]
    public void What_version_1_wrote_is_read_and_becomes_what_is_written_now()
    {
        var profile = Everything().Profile;
        var (row, side) = FoldRun.Encode(profile);
        byte[] old = [.. side.AsSpan(0, StartOfLedger()), .. Convert.FromHexString(LedgerOfVersion1)];
        var read = ProfileCodec.Read(profile.Customer, new CustomerRecord(profile.Applied, 1, row, old, profile.IsTombstone));
        Assert.Equal(side, FoldRun.Encode(read).Side);
    }

    [Fact]
    public void The_bytes_of_an_example_are_golden_and_are_read_as_what_they_were()
    {
        var example = new LearningExample
        {
            Slot = "home",
            Policy = "uniform",
            Choice = "a",
            Place = 2,
            Decision = 7,
            At = FoldRun.Noon,
            Features = [1, 0, -.5],
            Propensity = .25,
            Explored = true,
            SharedScore = .125,
            Reward = .5,
            DefaultReward = .25,
            ModelVersion = 3,
        };
        var actual = Convert.ToHexStringLower(example.ToBytes());
        Assert.True(GoldenExample == actual, $"they are now {actual}");
        Assert.Equivalent(example, LearningExample.Read(Convert.FromHexString(GoldenExample)), strict: true);
    }

    [Fact]
    public void An_example_that_ends_early_or_is_of_another_version_is_refused()
    {
        var bytes = new LearningExample { Slot = "home", Features = [1, 2] }.ToBytes();
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<InvalidDataException>(() => LearningExample.Read(bytes.AsSpan(0, length)));
        bytes[0]++;
        Assert.Throws<InvalidDataException>(() => LearningExample.Read(bytes));
    }

    [Fact]
    public void A_ledger_that_ends_early_is_refused()
    {
        var (row, side) = FoldRun.Encode(Everything().Profile);

        // A record may end where a ledger would begin.
        for (var length = StartOfLedger() + 1; length < side.Length; length++) Assert.Throws<InvalidDataException>(() => Read(row, side[..length]));
    }

    [Fact]
    public void Changed_bytes_are_read_or_refused_and_what_is_read_can_be_folded_on()
    {
        var (row, side) = FoldRun.Encode(Everything().Profile);
        var start = StartOfLedger();
        Gen.Select(Gen.Int[start, side.Length - 1], Gen.Byte).Array[1, 4].Sample(
            changes =>
            {
                var broken = (byte[])side.Clone();
                foreach (var (at, value) in changes) broken[at] = value;
                CustomerProfile profile;
                try
                {
                    profile = Read(row, broken);
                }
                catch (InvalidDataException)
                {
                    return;
                }

                var fold = new ProfileFold(new FoldSettings(), FoldRun.Codec);
                fold.Apply(profile, FoldRun.Entry(100, new CustomerEvent { Type = EventType.Purchase, BaseValue = 1 }, FoldRun.Noon + 9, "p"), new CollectingSink());
                fold.Apply(profile, FoldRun.Entry(101, LedgerRun.Offer("a"), FoldRun.Noon + 9, "d"), new CollectingSink());
                fold.Apply(profile, FoldRun.Entry(102, new WakeUp { Due = FoldRun.Noon + FoldRun.Day }, FoldRun.Noon, "w", EntryFlags.None), new CollectingSink());
            },
            iter: 10_000);
    }

    private static CustomerProfile Read(byte[] row, byte[] side) => ProfileCodec.Read(FoldRun.Key, new CustomerRecord(1, 1, row, side, false));

    /// <summary>Where the ledger begins: behind what is there without a decision, too, and three numbers that only a longer record has (when it was woken, the crossing told, the purposes refused).</summary>
    private static int StartOfLedger()
    {
        var run = Everything();
        run.Run.Apply(new Erasure(), flags: EntryFlags.None);
        return FoldRun.Encode(run.Profile).Side.Length + 3;
    }

    /// <summary>Caps, the customer's own parameters, decisions with every flag, a choice with its reward.</summary>
    private static LedgerRun Everything()
    {
        var run = new LedgerRun();
        run.Decide(LedgerRun.Offer("a", "b") with { Caps = [LedgerRun.Cap("action:a", 1), LedgerRun.Cap("channel:c", 100)], CountsExposures = true });
        run.Reward("d1", .5, "b");
        run.Decide(LedgerRun.Offer("c") with { Learns = false, LearnsAtClose = true, Explored = false, Features = [] }, FoldRun.Noon + 1);
        run.Decide(LedgerRun.Show("sock"), FoldRun.Noon + 2);
        return run;
    }
}
