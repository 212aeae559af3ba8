using CsCheck;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Stores;
using Xunit;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>Stored bytes: a change of these constants is a change of the stored form, and needs a new version and a reader for the old one.</summary>
public sealed class ProfileCodecTests
{
    private const string GoldenRow = "0200c0effe94be31d1e19001010101010401010101010101b80802832780fce896bd3180b899299bba8cf5f07e10a680b6a09abd31020580b482c0bd310001000000010000002b558f100100f03f4423c407875c1040671e892907d41940bfe64a5981791b40c08080808f800386cadd8d1f8b13408504b165c4730f401c62c7c19a4cef3f8f64cf6e5254ef3f375dfc020c5cef3fbfe64a5981791740000000000000f03f0189e29d47c9512eb986cadd8d1f8b13400109795667f69f2ddd86cadd8d1f8b13400213288e6b3c45f5cd3708e73615d6aceed7556cfbe444ef3f1cdeab4d1645ff3f021a65c49edcbd144480fce896bd3106041a65c49edcbd1444e0d4030207";
    private const string GoldenSide = "04021080f8d1adfa620000000000000000000000a0fe0a000000451783ec74c999eeefea503b02247e1fb4973ad4fb586691150b352e71ad805a346ad1fe7fd5b7494db2080f010666185e5456aba6c6eae09bba8cf5f07e10a65468563d48540c6f050186cdfe188f14d60e8d1a88b7af6785eb331e31a27e820bf28d66253a5ceca5730a157a47575adaf36095f38a22d25e66153c3862d1940401a0cfb192be315e66153c3862d19422066d4259c85d17bc7ce102e0d4035468563d48540c6f0d0cbef07574784267bb000503018701005468563d48540c6f000c51d779b194ff11ed19680d263512eb1709795667f69f2ddd012007050186cdfe188f14020d028327040480fce896bd3180a4b592be310300f2e6040204080000037ab5689c733ec0ed80fce896bd3133000226dabe943c5eefa8b7582633de7bc0a90733028327cae564273c4c7a94458d5572fca0c08e922933010b2db879882eb0010c010b637573746f6d3a7175697a0102076772c3b6c39f6502343104706c616e0622676f6c642201096d61726b6574696e670180f8d1adfa6200";

    /// <summary>The same as versions before wrote it.</summary>
    public const string RowOfVersion1 = "0100c0effe94be31d1e1900101010101040101010101010102b05402832780fce896bd3180b899299bba8cf5f07e10a680b6a09abd31020580b482c0bd310001000000010000002b558f100100f03f4423c407875c1040671e892907d41940bfe64a5981791b40c08080808f800386cadd8d1f8b13408504b165c4730f401c62c7c19a4cef3f8f64cf6e5254ef3f375dfc020c5cef3fbfe64a5981791740000000000000f03f0189e29d47c9512eb986cadd8d1f8b13400109795667f69f2ddd86cadd8d1f8b13400213288e6b3c45f5cd3708e73615d6aceed7556cfbe444ef3f1cdeab4d1645ff3f021a65c49edcbd144480fce896bd3106041a65c49edcbd1444e0d4030207c0a5f096bd31c08e92290202b8b30202000000000000f03f0000000000000000";
    public const string SideOfVersion3 = "0302001080f8d1adfa620000000000000000000000a0fe0a000000451783ec74c999eeefea503b02247e1fb4973ad4fb586691150b352e71ad805a346ad1fe7fd5b7494db2080f010666185e5456aba6c6eae09bba8cf5f07e10a65468563d48540c6f050186cdfe188f14d60e8d1a88b7af6785eb331e31a27e820bf28d66253a5ceca5730a157a47575adaf36095f38a22d25e66153c3862d1940401a0cfb192be315e66153c3862d19422066d4259c85d17bc7ce102e0d4035468563d48540c6f0d0cbef07574784267bb000504018701005468563d48540c6f000c51d779b194ff11ed19680d263512eb1709795667f69f2ddd012007050186cdfe188f14020d0283270380f8d1adfa6280d30e809da4527ab5689c733ec0edefa8b7582633de7b7a94458d5572fca0010c010b637573746f6d3a7175697a0102076772c3b6c39f6502343104706c616e0622676f6c642201096d61726b6574696e670180f8d1adfa6200";

    public const string SideOfVersion2 = "0202001080f8d1adfa620000000000000000000000a0fe0a000000451783ec74c999eeefea503b02247e1fb4973ad4fb586691150b352e71ad805a346ad1fe7fd5b7494db2080f010666185e5456aba6c6eae09bba8cf5f07e10a65468563d48540c6f050186cdfe188f14d60e8d1a88b7af6785eb331e31a27e820bf28d66253a5ceca5730a157a47575adaf36095f38a22d25e66153c3862d1940401a0cfb192be315e66153c3862d19422066d4259c85d17bc7ce102e0d4035468563d48540c6f0d0cbef07574784267bb000504018701005468563d48540c6f000c51d779b194ff11ed19680d263512eb1709795667f69f2ddd012007050186cdfe188f14020d0283270380f8d1adfa6280d30e809da4527ab5689c733ec0edefa8b7582633de7b7a94458d5572fca0010c010b637573746f6d3a7175697a0102076772c3b6c39f6502343104706c616e0622676f6c642201096d61726b6574696e670180f8d1adfa6200";

    [Fact]
    public void The_bytes_of_row_and_side_record_are_as_they_were()
    {
        var (row, side) = FoldRun.Encode(Golden().Profile);
        var (rowNow, sideNow) = (Convert.ToHexStringLower(row), Convert.ToHexStringLower(side));
        Assert.True(GoldenRow == rowNow && GoldenSide == sideNow, $"they are now {rowNow} and {sideNow}");
    }

    /// <summary>What an earlier fold did not know, a row of it cannot tell: when its late purchase was. Everything else is there.</summary>
    [Theory]
    [InlineData(GoldenRow, GoldenSide)]
    [InlineData(RowOfVersion1, SideOfVersion3)]
    [InlineData(RowOfVersion1, SideOfVersion2)]
    public void Bytes_of_every_version_read_as_the_profile_that_made_them(string row, string side)
    {
        var run = Golden();
        var record = new CustomerRecord(run.Profile.Applied, 1, Convert.FromHexString(row), Convert.FromHexString(side), false);
        var read = new JournalFold(run.Fold, FoldRun.Codec).Refold(FoldRun.Key, record, []).Profile;
        var expected = run.View(FoldRun.Noon + FoldRun.Day);
        if (row == RowOfVersion1) expected = expected with { Purchases = expected.Purchases with { FirstAt = FoldRun.Noon + (2 * FoldRun.Minute) } };
        var view = run.Reader.View(read, FoldRun.Noon + FoldRun.Day, run.Sink.Names, _ => null);
        // An earlier version kept the zeros behind money.
        expected = expected with { Totals = expected.Totals with { Revenue = view.Totals.Revenue }, Purchases = expected.Purchases with { MeanOrderValue = view.Purchases.MeanOrderValue } };
        Assert.Equal((108m, 27m), (view.Totals.Revenue, view.Purchases.MeanOrderValue));
        Assert.Equal(ViewAssert.Text(expected), ViewAssert.Text(view));
        Assert.Equal((run.Profile.NextWakeUp, run.Profile.ErasedAt, run.Profile.NewestEventTime), (read.NextWakeUp, read.ErasedAt, read.NewestEventTime));
    }

    [Fact]
    public void An_empty_profile_is_a_few_bytes()
    {
        var (row, side) = FoldRun.Encode(new FoldRun().Profile);
        Assert.Equal("020000000000000000000000", Convert.ToHexStringLower(row));
        Assert.True(FoldRun.Decode(new FoldRun().Profile).IsEmpty);
        Assert.Equal(13, side.Length);
    }

    [Fact]
    public void Newer_versions_and_broken_bytes_are_refused_with_what_is_wrong()
    {
        var (row, side) = FoldRun.Encode(Golden().Profile);
        Assert.Equal("version 3 of a row is not known to this code", Fault([3, .. row[1..]], side));
        Assert.Equal("version 5 of a side record is not known to this code", Fault(row, [5, .. side[1..]]));
        Assert.Equal("there are bytes after the end of the row", Fault([.. row, 0], side));
        for (var length = 1; length < row.Length; length++) Assert.NotNull(Fault(row[..length], side));
        for (var length = 1; length < side.Length; length++) Assert.NotNull(Fault(row, side[..length]));

        static string? Fault(byte[] row, byte[] side) =>
            Record.Exception(() => ProfileCodec.Read(FoldRun.Key, new CustomerRecord(1, 1, row, side, false))) is InvalidDataException fault ? fault.Message : null;
    }

    [Fact]
    public void Changed_bytes_are_read_or_refused_and_never_end_in_anything_else()
    {
        var (row, side) = FoldRun.Encode(Golden().Profile);
        Gen.Select(Gen.Int[0, row.Length + side.Length - 1], Gen.Byte).Array[1, 5].Sample(
            changes =>
            {
                var (brokenRow, brokenSide) = ((byte[])row.Clone(), (byte[])side.Clone());
                foreach (var (at, value) in changes)
                {
                    if (at < row.Length) brokenRow[at] = value;
                    else brokenSide[at - row.Length] = value;
                }

                try
                {
                    ProfileCodec.Read(FoldRun.Key, new CustomerRecord(1, 1, brokenRow, brokenSide, false));
                }
                catch (InvalidDataException)
                {
                }
            },
            iter: 20_000);
    }

    /// <summary>Something in every field: base, tail, late and bot events, orders, ids, a re-drive, an erasure, traits, consents, own types.</summary>
    private static FoldRun Golden()
    {
        var run = new FoldRun();
        run.Event(EventType.PageViewed, id: "before");
        run.Apply(new Erasure(), id: "erasure", flags: EntryFlags.None);
        run.Apply(new CustomerEvent { Type = EventType.ProductViewed, ItemId = "shoe", Category = "shoes", Brand = "acme", UnitPrice = 49.95m, Channel = "web" }, FoldRun.Noon, "e1");
        run.Apply(new CustomerEvent { Type = EventType.ProductAdded, ItemId = "shoe", Category = "shoes", Brand = "acme", BaseValue = 99.90m, Quantity = 2, Channel = "app" }, FoldRun.Noon + FoldRun.Minute, "e2");
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o1", BaseValue = 99.90m, Channel = "app" }, FoldRun.Noon + (2 * FoldRun.Minute), "e3");
        run.Apply(new CustomerEvent { Type = EventType.Custom, CustomType = "custom:quiz" }, FoldRun.Noon + FoldRun.Hour, "e4");
        run.Apply(new CustomerEvent { Type = EventType.MessageOpened }, FoldRun.Noon + (2 * FoldRun.Hour), "e5");
        run.Apply(new CustomerEvent { Type = EventType.Unsubscribed }, FoldRun.Noon + (3 * FoldRun.Hour), "e6");
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o2", BaseValue = 1.10m }, FoldRun.Noon + FoldRun.Day, "e7");
        run.Apply(
            new CustomerEvent { Type = EventType.Purchase, BaseValue = 5m, Lines = [new OrderLine { ItemId = "sock", UnitPrice = 1.25m, Quantity = 3 }, new OrderLine { ItemId = "hat", Category = "hats", Brand = "acme" }] },
            FoldRun.Noon + (3 * FoldRun.Day), "e8");
        run.Apply(new CustomerEvent { Type = EventType.Refund, OrderId = "o1", BaseValue = 49.95m }, FoldRun.Noon + (3 * FoldRun.Day) + 7, "e9");
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o3", BaseValue = 2m }, FoldRun.Noon, "e10");
        run.Apply(new CustomerEvent { Type = EventType.PageViewed }, FoldRun.Noon, "e11", traffic: Traffic.Bot);
        run.LogTime += 90_000;
        run.Apply(new CustomerEvent { Type = EventType.PageViewed }, FoldRun.Noon, "e12", traffic: Traffic.Test);
        run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["plan"] = "\"gold\"", ["größe"] = "41" } }, id: "e13");
        run.Apply(new ConsentChange { Purpose = "marketing", Granted = true }, FoldRun.Noon, id: "e14");
        var letter = FoldRun.Entry(1, new CustomerEvent { Type = EventType.ProductFavorited, ItemId = "scarf" }, FoldRun.Noon + (3 * FoldRun.Day) - FoldRun.Minute, "letter");
        run.Apply(new Redrive { OriginalPosition = 12, Original = FoldRun.Codec.Write(letter.Envelope, letter.Payload) }, flags: EntryFlags.None);
        Assert.Equal(1, run.View().Totals.Late);
        return run;
    }
}
