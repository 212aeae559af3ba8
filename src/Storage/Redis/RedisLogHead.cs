using System.Globalization;
using Personalization.Log;
using Personalization.Partitions;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>A log's head as Redis holds it: numbers in decimal, identities and hashes as 16 hexadecimal digits, because scripts reckon in doubles.</summary>
internal static class RedisLogHead
{
    /// <summary>The fields that <see cref="Read(ReadOnlySpan{RedisValue})"/> wants, in its order.</summary>
    public static readonly RedisValue[] Fields = ["generation", "start", "first", "tail", "hash", "time", "epoch", "nonce", "trimmed"];

    /// <summary>The head and the highest position that was trimmed; null if there is no head.</summary>
    public static (LogHead Head, long TrimmedTo)? Read(ReadOnlySpan<RedisValue> values) => values[0].IsNull
        ? null
        : (new LogHead(
            Hex(values[0]), (long)values[1], (long)values[2], (long)values[3], Hex(values[4]), (long)values[5], new Epoch((long)values[6], Hex(values[7]))), (long)values[8]);

    /// <summary>The head in a script's answer, from an index on.</summary>
    public static LogHead Read(RedisResult[] answer, int from) => new(
        Hex((RedisValue)answer[from]),
        (long)answer[from + 1],
        (long)answer[from + 2],
        (long)answer[from + 3],
        Hex((RedisValue)answer[from + 4]),
        (long)answer[from + 5],
        new Epoch((long)answer[from + 6], Hex((RedisValue)answer[from + 7])));

    /// <summary>16 hexadecimal digits.</summary>
    public static string Hex(ulong number) => number.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Hex(ulong)"/> wrote.</summary>
    public static ulong Hex(RedisValue text) => ulong.Parse(text.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
