using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Rows of Taobao UserBehavior, see <see cref="ReplayFormat.Taobao"/>.</summary>
internal sealed class TaobaoRows : IReplayRow
{
    private static readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> TypesBySpan = TypesByName().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The file's words and our types.</summary>
    public static IReadOnlyDictionary<string, string> Types => TypesBySpan.Dictionary;

    public CsvColumn[] Columns { get; } =
    [
        new("user", "user_id") { Option = "customer" }, new("item", "item_id") { Option = "item" }, new("category", "category_id"), new("behavior", "behavior_type"),
        new("timestamp") { Option = "time", Kind = CsvColumnKind.Instant },
    ];

    public ReplayLine? Read(CsvTable table, ReplayFile file, EventJson json, out string? fault)
    {
        fault = null;
        if (table.Text(0).IsEmpty) fault = "the user is empty";
        else if (table.Text(1).IsEmpty) fault = "the item is empty";
        else if (!TypesBySpan.ContainsKey(table.Text(3))) fault = $"'{table.Text(3)}' is none of pv, cart, fav, buy";
        if (fault is not null) return null;
        if (!table.TryInstant(4, out var time))
        {
            fault = $"'{table.Text(4)}' is no time in seconds";
            return null;
        }

        var customer = table.Text(0).ToString();
        json.Begin(file.EventId(table.RowNumber), TypesBySpan[table.Text(3)], time);
        json.Text("customerId"u8, customer);
        json.Text("itemId"u8, table.Text(1));
        json.Text("category"u8, table.Text(2));
        return new ReplayLine(file.Name, table.RowNumber, customer, time.ToUnixTimeMilliseconds(), json.End());
    }

    private static Dictionary<string, string> TypesByName() => new(StringComparer.Ordinal)
    {
        ["pv"] = "productViewed",
        ["cart"] = "productAdded",
        ["fav"] = "productFavorited",
        ["buy"] = "purchase",
    };
}
