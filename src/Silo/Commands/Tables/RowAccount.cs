using System.Globalization;

namespace Personalization.Silo.Commands.Tables;

/// <summary>Counts a file's rows and those that were refused; more than a few refused ones end the run, because then the file is not what it was taken for.</summary>
/// <param name="path">The file, for the message.</param>
/// <param name="badRows">The share of rows that may be refused; up to ten, and no more than half of all, may always be.</param>
internal sealed class RowAccount(string path, double badRows)
{
    private const int Few = 10;
    private const int Early = 100;

    public long Rows { get; private set; }

    public long Refused { get; private set; }

    /// <summary>Whether so many refusals are more than a few.</summary>
    public static bool IsTooMany(long refused, long rows, double badRows) => refused > Math.Max(badRows * rows, Math.Min(Few, rows / 2));

    public void Row() => Rows++;

    /// <summary>The current row is refused.</summary>
    /// <exception cref="TableException">More than half of a hundred rows and more are: reading on would only tell the same again.</exception>
    public void Refuse()
    {
        Refused++;
        if (Refused > Early && Refused > Math.Max(0.5, badRows) * Rows) throw TooMany("first ");
    }

    /// <summary>The file has ended.</summary>
    /// <exception cref="TableException">More than a few of its rows were refused.</exception>
    public void End()
    {
        if (IsTooMany(Refused, Rows, badRows)) throw TooMany("");
    }

    private TableException TooMany(string first)
    {
        var share = Math.Min(1, Math.Ceiling(100.0 * Refused / Math.Max(1, Rows)) / 100);
        return new TableException(string.Create(
            CultureInfo.InvariantCulture,
            $"'{path}': {Refused} of the {first}{Rows} rows were refused, more than a few: the file is not what it was taken for. Correct it, name its columns and formats by options, or allow as many with --bad-rows {share}."));
    }
}
