using System.Globalization;
using System.Text;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Storage.Redis;

/// <summary>
/// Journal segments, outbox rows and dead letters as values: a head of text that scripts can read, then bytes. Customers' keys hold no line ends.
/// </summary>
internal static class StoredRecords
{
    /// <summary><c>first last writtenAt ⏎ bytes</c>.</summary>
    public static byte[] Encode(JournalSegment segment) =>
        Join(string.Create(CultureInfo.InvariantCulture, $"{segment.First} {segment.Last} {segment.WrittenAt}\n"), segment.Bytes);

    /// <summary><c>customer ⏎ kind ⏎ bytes</c>.</summary>
    public static byte[] Encode(CustomerKey customer, OutboxItem item) => Join($"{customer.Text}\n{item.Kind}\n", item.Bytes);

    /// <summary><c>state logTime lengthOfReason ⏎ customer ⏎ reason bytes</c>.</summary>
    public static byte[] Encode(DeadLetter letter) => Join(
        string.Create(CultureInfo.InvariantCulture, $"{(int)letter.State} {letter.LogTime} {Encoding.UTF8.GetByteCount(letter.Reason)}\n{letter.Customer?.Text}\n{letter.Reason}"), letter.Bytes);

    public static JournalSegment DecodeSegment(ReadOnlySpan<byte> bytes)
    {
        var head = Line(ref bytes);
        Span<Range> parts = stackalloc Range[3];
        head.AsSpan().Split(parts, ' ');
        return new JournalSegment(Number(head, parts[0]), Number(head, parts[1]), Number(head, parts[2]), bytes.ToArray());
    }

    public static OutboxRow DecodeRow(long number, ReadOnlySpan<byte> bytes)
    {
        var customer = CustomerKey.Parse(Line(ref bytes));
        return new OutboxRow(number, customer, new OutboxItem(Line(ref bytes), bytes.ToArray()));
    }

    public static DeadLetter DecodeLetter(long position, ReadOnlySpan<byte> bytes)
    {
        var head = Line(ref bytes);
        Span<Range> parts = stackalloc Range[3];
        head.AsSpan().Split(parts, ' ');
        var customer = Line(ref bytes);
        var reason = (int)Number(head, parts[2]);
        return new DeadLetter(
            position,
            Number(head, parts[1]),
            customer.Length == 0 ? null : CustomerKey.Parse(customer),
            Encoding.UTF8.GetString(bytes[..reason]),
            bytes[reason..].ToArray(),
            (DeadLetterState)Number(head, parts[0]));
    }

    private static long Number(string text, Range range) => long.Parse(text.AsSpan(range), CultureInfo.InvariantCulture);

    private static string Line(ref ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0) throw new FormatException("a record in Redis has no head: it was not written by this program");
        var line = Encoding.UTF8.GetString(bytes[..end]);
        bytes = bytes[(end + 1)..];
        return line;
    }

    private static byte[] Join(string head, byte[] bytes)
    {
        var length = Encoding.UTF8.GetByteCount(head);
        var joined = new byte[length + bytes.Length];
        Encoding.UTF8.GetBytes(head, joined);
        bytes.CopyTo(joined, length);
        return joined;
    }
}
