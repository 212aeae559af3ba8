using CsCheck;
using Personalization.Engine.Journals;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Xunit;

namespace Personalization.Engine.Tests.Journals;

public sealed class JournalCodecTests
{
    private const string GoldenZstd = "0101a42828b52ffd602413fd01003402320382a0abfef962640103026402030264030264040302640503026406030264000302080048414df4188094009012005202403a024809002901294002";

    private static readonly Gen<List<LogEntry>> Entries =
        Gen.Select(Gen.Long[1, 1L << 40], Gen.Long[-5, 1L << 40], Gen.Byte.Array[0, 300], Gen.Bool).List[1, 40].Select(parts =>
        {
            var entries = new List<LogEntry>();
            var position = 0L;
            foreach (var (step, logTime, bytes, repeats) in parts)
            {
                position += step;
                entries.Add(new LogEntry(position, logTime, repeats ? new byte[bytes.Length] : bytes));
            }

            return entries;
        });

    [Fact]
    public void Positions_log_times_and_bytes_come_back_exactly() =>
        Entries.Sample(
            entries =>
            {
                var segment = JournalCodec.Write(entries, 77, 65_537);
                Assert.Equal((entries[0].Position, entries[^1].Position, 77), (segment.First, segment.Last, segment.WrittenAt));
                var read = JournalCodec.Read(segment);
                Assert.Equal(entries.Select(entry => (entry.Position, entry.LogTime, Convert.ToHexString(entry.Bytes))), read.Select(entry => (entry.Position, entry.LogTime, Convert.ToHexString(entry.Bytes))));
            },
            iter: 1000);

    [Fact]
    public void A_small_segment_is_raw_and_its_bytes_are_as_they_were()
    {
        var segment = JournalCodec.Write([new LogEntry(5, 1000, [1, 2, 3]), new LogEntry(300, 1001, [])], 9, 65_537);
        Assert.Equal("02088180040205d00f03010203a7020200" + Convert.ToHexStringLower(BitConverter.GetBytes((uint)KeyHash.Hash64(segment.Bytes.AsSpan(0, segment.Bytes.Length - 4)))), Convert.ToHexStringLower(segment.Bytes));

        // As it was written before segments had a checksum.
        Assert.Equal([5L, 300L], JournalCodec.Read(segment with { Bytes = Convert.FromHexString("02008180040205d00f03010203a7020200") }).Select(entry => entry.Position));
    }

    [Fact]
    public void A_large_segment_is_compressed_where_that_pays_and_its_bytes_still_read()
    {
        var entries = Enumerable.Range(1, 50).Select(i => new LogEntry(i * 3, 1_700_000_000_000 + i, [.. Enumerable.Repeat((byte)(i % 7), 100)])).ToList();
        var segment = JournalCodec.Write(entries, 9, 65_537);
        Assert.Equal(9, segment.Bytes[1]);
        Assert.True(segment.Bytes.Length < 600, $"{segment.Bytes.Length} bytes");

        // Of version 1; and a later zstd may compress otherwise, so the bytes are held as readable and not as written.
        var golden = JournalCodec.Read(new JournalSegment(3, 150, 9, Convert.FromHexString(GoldenZstd)));
        Assert.Equal(entries.Select(entry => (entry.Position, entry.LogTime, Convert.ToHexString(entry.Bytes))), golden.Select(entry => (entry.Position, entry.LogTime, Convert.ToHexString(entry.Bytes))));

        var noise = new byte[2000];
        new Random(1).NextBytes(noise);
        Assert.Equal(8, JournalCodec.Write([new LogEntry(1, 1, noise)], 1, 1).Bytes[1]);
    }

    [Fact]
    public void Broken_segments_are_refused_and_never_end_in_anything_else()
    {
        var entries = Enumerable.Range(1, 50).Select(i => new LogEntry(i * 3, 1_700_000_000_000 + i, [.. Enumerable.Repeat((byte)(i % 7), 100)])).ToList();
        var raw = JournalCodec.Write(entries.Take(2).ToList(), 9, 1, begins: true).Bytes;
        var packed = JournalCodec.Write(entries, 9, 1, row: new CustomerRecord(1000, 1, [1, 2, 3], [4, 5], false)).Bytes;
        Assert.Throws<InvalidDataException>(() => JournalCodec.Read(new JournalSegment(1, 1, 1, [3, .. raw[1..]])));
        Assert.Throws<InvalidDataException>(() => JournalCodec.Read(new JournalSegment(1, 1, 1, [2, 25, .. raw[2..]])));
        Gen.Select(Gen.Bool, Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[1, 4], Gen.Int[0, 10_000]).Sample(
            (isRaw, changes, cut) =>
            {
                var bytes = (byte[])(isRaw ? raw : packed).Clone();
                foreach (var (at, value) in changes) bytes[at % bytes.Length] = value;
                if (cut % 3 == 0) bytes = bytes[..(cut % bytes.Length)];
                try
                {
                    JournalCodec.Read(new JournalSegment(1, 1, 1, bytes));
                }
                catch (InvalidDataException)
                {
                }
            },
            iter: 5000);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(50)]
    public void Any_flipped_bit_of_a_segment_is_noticed(int count)
    {
        var entries = Enumerable.Range(1, count).Select(i => new LogEntry(i * 3, 1_700_000_000_000 + i, [.. Enumerable.Repeat((byte)(i % 7), 100)])).ToList();
        var segment = JournalCodec.Write(entries, 9, 1, row: new CustomerRecord(1000, 1, [1, 2, 3], [4, 5], false));
        for (var bit = 0; bit < segment.Bytes.Length * 8; bit++)
        {
            // The flag says that there is a checksum; without it the four bytes behind the body are too many.
            var damaged = (byte[])segment.Bytes.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<InvalidDataException>(() => JournalCodec.Read(segment with { Bytes = damaged }));
        }
    }

    [Fact]
    public void Nothing_and_positions_that_do_not_rise_are_refused()
    {
        Assert.Throws<ArgumentException>(() => JournalCodec.Write([], 1, 1));
        Assert.Throws<ArgumentException>(() => JournalCodec.Write([new LogEntry(2, 1, []), new LogEntry(2, 1, [])], 1, 1));
    }

    [Fact]
    public void A_segment_says_by_which_fold_it_was_taken_in_and_what_a_re_fold_can_start_from()
    {
        LogEntry[] entries = [new(5, 1000, [1, 2, 3]), new(7, 1001, [])];
        var plain = JournalCodec.ReadWhole(JournalCodec.Write(entries, 9, 65_537));
        Assert.Equal((65_537, false, null), (plain.FoldVersion, plain.Begins, plain.Base));
        Assert.True(JournalCodec.ReadWhole(JournalCodec.Write(entries, 9, 65_537, begins: true)).Begins);

        var row = new CustomerRecord(8, 65_537, [.. Enumerable.Repeat((byte)7, 1000)], [8, 9], false);
        var segment = JournalCodec.Write(entries, 9, 65_537, row: row);
        Assert.Equal((5, 7), (segment.First, segment.Last));
        var read = JournalCodec.ReadWhole(segment);
        Assert.Equivalent(row, read.Base);
        Assert.Equal([5L, 7L], read.Entries.Select(entry => entry.Position));
        Assert.Throws<ArgumentException>(() => JournalCodec.Write(entries, 9, 1, row: row with { Applied = 6 }));
        Assert.Throws<ArgumentException>(() => JournalCodec.Write(entries, 9, 1, row: row with { IsTombstone = true }));
    }
}
