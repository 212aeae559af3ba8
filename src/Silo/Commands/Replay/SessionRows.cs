using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Rows of session files, see <see cref="ReplayFormat.Sessions"/>.</summary>
internal sealed class SessionRows : IReplayRow
{
    public CsvColumn[] Columns { get; } =
    [
        new("session_id") { Option = "session" }, new("item_id") { Option = "item" }, new("time", "timestamp") { Option = "time", Kind = CsvColumnKind.Instant },
    ];

    public ReplayLine? Read(CsvTable table, ReplayFile file, EventJson json, out string? fault)
    {
        fault = null;
        if (table.Text(0).IsEmpty) fault = "SessionId is empty";
        else if (table.Text(1).IsEmpty) fault = "ItemId is empty";
        if (fault is not null) return null;
        if (!table.TryInstant(2, out var time))
        {
            fault = $"Time '{table.Text(2)}' is no time";
            return null;
        }

        var session = table.Text(0).ToString();
        json.Begin(file.EventId(table.RowNumber), "productViewed", time);
        json.Text("anonymousId"u8, session);
        json.Text("itemId"u8, table.Text(1));
        json.Text("sessionId"u8, session);
        return new ReplayLine(file.Name, table.RowNumber, session, time.ToUnixTimeMilliseconds(), json.End());
    }
}
