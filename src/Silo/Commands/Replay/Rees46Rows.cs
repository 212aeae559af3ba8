using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Rows of REES46 / Open CDP, see <see cref="ReplayFormat.Rees46"/>.</summary>
internal sealed class Rees46Rows : IReplayRow
{
    private static readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Types = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["view"] = "productViewed",
        ["cart"] = "productAdded",
        ["purchase"] = "purchase",
        ["remove_from_cart"] = "productRemoved",
    }.GetAlternateLookup<ReadOnlySpan<char>>();

    public CsvColumn[] Columns { get; } =
    [
        new("event_time") { Option = "time", Kind = CsvColumnKind.Instant }, new("event_type"), new("product_id") { Option = "item" }, new("category_id") { Optional = true }, new("category_code") { Optional = true },
        new("brand") { Optional = true }, new("price") { Option = "value", Kind = CsvColumnKind.Number, Optional = true },
        new("user_id") { Option = "customer" }, new("user_session") { Option = "session", Optional = true },
    ];

    public ReplayLine? Read(CsvTable table, ReplayFile file, EventJson json, out string? fault)
    {
        if (!Types.TryGetValue(table.Text(1), out var type)) return Fault($"event_type '{table.Text(1)}' is none of view, cart, purchase, remove_from_cart", out fault);
        if (!table.TryInstant(0, out var time)) return Fault($"event_time '{table.Text(0)}' is no time", out fault);
        if (table.Text(2).IsEmpty) return Fault("product_id is empty", out fault);
        if (table.Text(7).IsEmpty) return Fault("user_id is empty", out fault);
        var price = table.Text(6);
        var money = 0m;
        if (!price.IsEmpty && !table.TryMoney(6, out money)) return Fault($"price '{price}' is no number", out fault);

        fault = null;
        var customer = table.Text(7).ToString();
        json.Begin(file.EventId(table.RowNumber), type, time);
        json.Text("customerId"u8, customer);
        json.Text("itemId"u8, table.Text(2));
        json.Text("category"u8, table.Text(4).IsEmpty ? table.Text(3) : table.Text(4));
        json.Text("brand"u8, table.Text(5));
        if (!price.IsEmpty) json.Money("value"u8, money);
        json.Text("sessionId"u8, table.Text(8));
        return new ReplayLine(file.Name, table.RowNumber, customer, time.ToUnixTimeMilliseconds(), json.End());
    }

    private static ReplayLine? Fault(string reason, out string? fault)
    {
        fault = reason;
        return null;
    }
}
