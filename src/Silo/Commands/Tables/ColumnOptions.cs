using System.CommandLine;

namespace Personalization.Silo.Commands.Tables;

/// <summary>The options by which a command lets its user name columns and formats.</summary>
public sealed class ColumnOptions
{
    private readonly (string Name, Option<string?> Option)[] _columns;
    private readonly Option<string?> _dateFormat = new("--date-format")
    {
        Description = "How dates are written, where the file leaves it open: day-first, month-first, unix, unix-ms, unix-us, unix-ns, excel, or a pattern such as dd.MM.yy.",
        HelpName = "format",
    };

    private readonly Option<string?> _decimal = new("--decimal") { Description = "What decimals come behind, where the file leaves it open.", HelpName = "point|comma" };
    private readonly Option<double> _badRows = new("--bad-rows")
    {
        Description = "The share of a file's rows that may be refused before the run ends; up to ten rows may always be.",
        DefaultValueFactory = _ => ColumnChoices.DefaultBadRows,
        HelpName = "share",
    };

    /// <summary>Options for these columns, by <see cref="CsvColumn.Option"/>.</summary>
    public ColumnOptions(params IEnumerable<string> columns)
    {
        _columns = [.. columns.Select(name => (name, new Option<string?>("--" + name) { Description = $"The file's column with the {name}: its header, or its number from 1.", HelpName = "column" }))];
        _decimal.AcceptOnlyFromAmong("point", "comma");
        _badRows.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 1)) result.AddError("--bad-rows lies between 0 and 1");
        });
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [.. _columns.Select(column => column.Option), _dateFormat, _decimal, _badRows];

    /// <summary>What the user said.</summary>
    public ColumnChoices Read(ParseResult arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, option) in _columns)
        {
            if (arguments.GetValue(option) is { } column) columns[name] = column;
        }

        return new ColumnChoices
        {
            Columns = columns,
            DateFormat = arguments.GetValue(_dateFormat),
            DecimalComma = arguments.GetValue(_decimal) is { } mark ? mark == "comma" : null,
            BadRows = arguments.GetValue(_badRows),
        };
    }
}
