using System.Buffers;

namespace Personalization.Silo.Commands.Tables;

/// <summary>Finds out from a column's values how its dates are written; what the values leave open ends the run.</summary>
/// <remarks>
/// Dates of three numbers are told apart by a number above twelve, however late in the file it comes. Others are settled by the first thousand values: a later value that
/// is written otherwise is a bad row.
/// </remarks>
internal sealed class InstantDetection(string column, string path)
{
    private const int Sampled = 1000;
    private const string Cure = "--date-format day-first, month-first, unix, unix-ms, excel, or a pattern such as dd.MM.yy";

    private int _seen, _doubtful;
    private string? _dayFirst, _monthFirst, _open, _number, _shortYear;

    /// <summary>Whether no further value changes anything.</summary>
    public bool IsSettled => _seen >= Sampled && (_open is null || _dayFirst is not null || _monthFirst is not null);

    public void Add(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return;
        _seen++;
        if (ThreeNumbers.TryRead(text, out var date))
        {
            if (!date.HasFullYear) Doubtful(ref _shortYear, text);
            else if (date.First > 12 && date.Second > 12) return; // no date in any order: a bad row
            else if (date.First > 12) _dayFirst ??= text.ToString();
            else if (date.Second > 12) _monthFirst ??= text.ToString();
            _open ??= text.ToString();
        }
        else if (InstantFormat.IsDoubtfulNumber(text))
        {
            Doubtful(ref _number, text);
        }
    }

    /// <summary>The format.</summary>
    /// <exception cref="TableException">The values do not say.</exception>
    public InstantFormat Format()
    {
        // A few of them among others are bad rows.
        var isDoubtful = RowAccount.IsTooMany(_doubtful, _seen, ColumnChoices.DefaultBadRows);
        if (isDoubtful && _number is not null) throw Doubt($"'{_number}' may be Unix seconds, a day as Excel counts it, or yyMMdd");
        if (isDoubtful && _shortYear is not null) throw Doubt($"'{_shortYear}' has a year of two digits, and which number it is cannot be known");
        if (_dayFirst is not null && _monthFirst is not null) throw Doubt($"'{_dayFirst}' has the day first and '{_monthFirst}' the month");
        if (_dayFirst is not null) return InstantFormat.DayFirst;
        if (_monthFirst is not null) return InstantFormat.MonthFirst;
        return _open is null ? InstantFormat.Plain : throw Doubt($"'{_open}' may be day-first or month-first, and no date of the file has a number above 12 to tell them apart");
    }

    private void Doubtful(ref string? first, ReadOnlySpan<char> text)
    {
        _doubtful++;
        first ??= text.ToString();
    }

    private TableException Doubt(string why) => new($"'{path}', column '{column}': {why}. Say how dates are written: {Cure}.");
}

/// <summary>Finds out from a column's values whether decimals come behind a point or a comma; what the values leave open ends the run.</summary>
/// <remarks>
/// Evidence is a separator that is not followed by exactly three digits, that comes after the other one, or behind a lone zero; one that is repeated groups thousands. Where all that is seen is a point
/// before three digits (<c>20.000</c>), it is decimal, except in a file with semicolons, where it may as well group.
/// </remarks>
internal sealed class NumberDetection(string column, string path, char delimiter)
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("0123456789.,+-'’ \u00a0\u202f");
    private const int Sampled = 1000;

    private int _seen;
    private string? _point, _comma, _openPoint, _openComma;

    /// <summary>Whether no further value changes anything.</summary>
    public bool IsSettled => _seen >= Sampled && (_point is not null || _comma is not null || (_openPoint is null && _openComma is null));

    public void Add(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.ContainsAnyExcept(Letters)) return;
        _seen++;
        var (points, commas) = (text.Count('.'), text.Count(','));
        if (points == 0 && commas == 0) return;
        var last = text.LastIndexOfAny('.', ',');
        var isComma = text[last] == ',';
        // The last of two kinds is the decimal one; one that is repeated is not.
        if (points > 0 && commas > 0) Tell(isComma, text);
        else if (points + commas > 1) Tell(!isComma, text);
        else if (text.Length - last - 1 != 3 || text[..last].TrimStart("+-") is "0" or "") Tell(isComma, text);
        else if (isComma) _openComma ??= text.ToString();
        else _openPoint ??= text.ToString();
    }

    /// <summary>What is known without a doubt: a decimal comma (true), a decimal point (false), or neither.</summary>
    public bool? Evidence => (_point is null) == (_comma is null) ? null : _comma is not null;

    /// <summary>Whether decimals come behind a comma.</summary>
    /// <exception cref="TableException">The values do not say.</exception>
    public bool IsComma()
    {
        if (_point is not null && _comma is not null) throw Doubt($"'{_point}' has a decimal point and '{_comma}' a decimal comma");
        if (Evidence is { } isComma) return isComma;
        if (_openComma is not null) throw Doubt($"the comma of '{_openComma}' may be decimal or group thousands");
        if (_openPoint is not null && delimiter == ';') throw Doubt($"the point of '{_openPoint}' may be decimal or group thousands");
        return false;
    }

    private void Tell(bool isComma, ReadOnlySpan<char> text)
    {
        if (isComma) _comma ??= text.ToString();
        else _point ??= text.ToString();
    }

    private TableException Doubt(string why) => new($"'{path}', column '{column}': {why}. Say which with --decimal point or --decimal comma.");
}
