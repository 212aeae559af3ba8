using System.Text.Json;
using Personalization.Silo.Commands.Replay;
using Personalization.Silo.Commands.Tables;
using Personalization.Silo.Tests.Evaluate;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.Replay;

public sealed class ReplayRowsTests : IDisposable
{
    private const string Rees46Header = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n";
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _told = new();

    [Fact]
    public void A_rees46_row_becomes_an_event_named_by_file_and_line()
    {
        var lines = Read(_folder.WriteGzip("oct.csv.gz", Rees46Header
            + "2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,,shiseido,35.79,541312140,72d76fde\n"
            + "2019-10-01 00:00:07 UTC,purchase,1,2,appliances.iron,,33.20,7,s\n"
            + "2019-10-01 00:00:08 UTC,remove_from_cart,1,2,,,,7,s\n"
            + "2019-10-01 00:00:09 UTC,cart,1,,,,5,7,\n"));

        Assert.Equal(["oct.csv", "oct.csv", "oct.csv", "oct.csv"], lines.Select(line => line.File));
        Assert.Equal(
            """{"eventId":"oct.csv:2","type":"productViewed","timestamp":"2019-10-01T00:00:00.000Z","customerId":"541312140","itemId":"44600062","category":"2103807459595387724","brand":"shiseido","value":35.79,"sessionId":"72d76fde"}""",
            Text(lines[0]));
        Assert.Equal(
            """{"eventId":"oct.csv:3","type":"purchase","timestamp":"2019-10-01T00:00:07.000Z","customerId":"7","itemId":"1","category":"appliances.iron","value":33.20,"sessionId":"s"}""",
            Text(lines[1]));
        Assert.Equal("productRemoved", Member(lines[2], "type"));
        Assert.Null(Member(lines[2], "value"));
        Assert.Equal("productAdded", Member(lines[3], "type"));
        Assert.Equal(1_569_888_007_000, lines[1].Time);
        Assert.Equal("7", lines[1].Customer);
    }

    [Fact]
    public void Taobao_and_session_rows_become_events()
    {
        var taobao = Read(_folder.Write("t.csv", "543462,1715,1464116,pv,1511658000\n1,2,3,fav,1511658001\n1,2,3,buy,1511658002\n1,2,3,cart,1511658003\n"));
        Assert.Equal(
            """{"eventId":"t.csv:1","type":"productViewed","timestamp":"2017-11-26T01:00:00.000Z","customerId":"543462","itemId":"1715","category":"1464116"}""", Text(taobao[0]));
        Assert.Equal(["productViewed", "productFavorited", "purchase", "productAdded"], taobao.Select(line => Member(line, "type")));

        var sessions = Read(_folder.Write("s.txt", "SessionId\tItemId\tTime\n110\t17116\t1593516343.5\n"));
        Assert.Equal(
            """{"eventId":"s.txt:2","type":"productViewed","timestamp":"2020-06-30T11:25:43.500Z","anonymousId":"110","itemId":"17116","sessionId":"110"}""", Text(sessions[0]));
        Assert.Equal("2020-06-30T11:25:43.000Z", Member(Read(_folder.Write("c.csv", "session_id,item_id,time\n1,2,1593516343\n"))[0], "timestamp"));
    }

    [Fact]
    public void An_event_of_ours_keeps_its_id_and_gets_one_where_it_has_none()
    {
        var lines = Read(_folder.Write("e.ndjson", """
            {"type":"search","customerId":"ann","query":"größe","timestamp":"2026-03-01T13:00:00+01:00","context":{"a":[1,2.50]}}

            {"type":"search","eventId":"mine","anonymousId":"v"}
            """));
        Assert.Equal(2, lines.Count);
        Assert.Equal("e.ndjson:1", Member(lines[0], "eventId"));
        Assert.Equal("größe", Member(lines[0], "query"));
        Assert.Contains("""{"a":[1,2.50]}""", Text(lines[0]), StringComparison.Ordinal);
        Assert.Equal(1_772_366_400_000, lines[0].Time);
        Assert.Equal("mine", Member(lines[1], "eventId"));
        Assert.Equal(3, lines[1].Number);
        Assert.Equal(("v", null), (lines[1].Customer, lines[1].Time));
    }

    [Fact]
    public void A_bad_line_is_told_by_its_number_and_the_rest_goes_on()
    {
        var lines = Read(_folder.Write("bad.csv", Rees46Header
            + "2019-10-01 00:00:00 UTC,look,1,2,,b,1,7,s\n"
            + "yesterday,view,1,2,,b,1,7,s\n"
            + "2019-10-01 00:00:01 UTC,view,,2,,b,1,7,s\n"
            + "2019-10-01 00:00:01 UTC,view,1,2,,b,cheap,7,s\n"
            + "2019-10-01 00:00:01 UTC,view\n"
            + string.Concat(Enumerable.Repeat("2019-10-01 00:00:02 UTC,view,1,2,,b,1,7,s\n", 5))));
        Assert.Equal([7, 8, 9, 10, 11], lines.Select(line => line.Number));
        var told = _told.ToString();
        Assert.Contains("bad.csv:2: event_type 'look' is none of view, cart, purchase, remove_from_cart; skipped", told, StringComparison.Ordinal);
        Assert.Contains("bad.csv:3: event_time 'yesterday' is no time; skipped", told, StringComparison.Ordinal);
        Assert.Contains("bad.csv:4: product_id is empty; skipped", told, StringComparison.Ordinal);
        Assert.Contains("bad.csv:5: price 'cheap' is no number; skipped", told, StringComparison.Ordinal);
        Assert.Contains("bad.csv:6: product_id is empty; skipped", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_no_json_object_is_told_and_skipped()
    {
        var lines = Read(_folder.Write("e.ndjson", "{\"type\":\"search\",\"customerId\":\"a\"}\n{\"type\":\n[]\n{\"type\":\"search\",\"customerId\":\"\\ud800\"}\n{\"type\":\"search\",\"customerId\":\"b\"}\n{\"type\":\"search\",\"customerId\":\"c\"}\n"));
        Assert.Equal([1, 5, 6], lines.Select(line => line.Number));
        Assert.Contains("e.ndjson:2: the line is not valid JSON", _told.ToString(), StringComparison.Ordinal);
        Assert.Contains("e.ndjson:3: the line is no JSON object; skipped", _told.ToString(), StringComparison.Ordinal);
        Assert.Contains("e.ndjson:4: the line holds half of a surrogate pair", _told.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Half of a day-first file reads as month-first: it would be sent wrong, and the other half refused.</summary>
    [Fact]
    public void Day_first_times_are_read_as_the_whole_file_writes_them()
    {
        var rows = string.Concat(Enumerable.Range(1, 28).Select(day => $"1,{day},{day:00}/03/2021 10:00\n"));
        var lines = Read(_folder.Write("s.csv", "session_id,item_id,time\n" + rows));
        Assert.Equal(Enumerable.Range(1, 28).Select(day => $"2021-03-{day:00}T10:00:00.000Z"), lines.Select(line => Member(line, "timestamp")));
        Assert.Contains("s.csv: session = 'session_id', item = 'item_id', time = 'time'; dates day-first", _told.ToString(), StringComparison.Ordinal);

        var open = _folder.Write("open.csv", "session_id,item_id,time\n1,2,03/04/2021\n1,3,05/04/2021\n");
        Assert.Contains("--date-format", Assert.Throws<TableException>(() => Read(open)).Message, StringComparison.Ordinal);
        var choices = ColumnChoices.None with { DateFormat = "month-first" };
        Assert.Equal(
            ["2021-03-04T00:00:00.000Z", "2021-05-04T00:00:00.000Z"],
            ReplayRows.Read(ReplayFile.Open(open, null, choices), new ReplayProblems(_told)).Select(line => Member(line, "timestamp")));
    }

    [Fact]
    public void More_than_a_few_bad_lines_end_the_replay()
    {
        var row = "2019-10-01 00:00:02 UTC,view,1,2,,b,1,7,s\n";
        var bad = _folder.Write("bad.csv", Rees46Header + string.Concat(Enumerable.Repeat(row + "2019-10-01 00:00:02 UTC,look,1,2,,b,1,7,s\n", 20)));
        Assert.Contains("20 of the 40 rows", Assert.Throws<TableException>(() => Read(bad)).Message, StringComparison.Ordinal);
        var json = _folder.Write("bad.ndjson", string.Concat(Enumerable.Repeat("{\"type\":\"search\",\"customerId\":\"b\"}\n[]\n", 20)));
        Assert.Contains("20 of the 40 rows", Assert.Throws<TableException>(() => Read(json)).Message, StringComparison.Ordinal);
        Assert.Equal(20, ReplayRows.Read(ReplayFile.Open(json, null, ColumnChoices.None with { BadRows = 0.5 }), new ReplayProblems(_told)).Count());
    }

    [Fact]
    public void Files_that_cannot_be_replayed_are_refused_with_the_reason()
    {
        Assert.Contains("is empty", Refusal(_folder.Write("empty.csv", "")), StringComparison.Ordinal);
        Assert.Contains("is not known", Refusal(_folder.Write("odd.csv", "a,b\n1,2\n")), StringComparison.Ordinal);
        Assert.Contains("cannot be opened", Refusal(Path.Combine(_folder.Path, "nowhere.csv")), StringComparison.Ordinal);
        var other = Directory.CreateDirectory(Path.Combine(_folder.Path, "other")).FullName;
        var row = "1,2,3,pv,1511658000\n";
        File.WriteAllText(Path.Combine(other, "t.csv"), row);
        Assert.Contains(
            "have the same name",
            Assert.Throws<ReplayException>(() => ReplayFile.OpenAll([_folder.Write("t.csv", row), Path.Combine(other, "t.csv")], null)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzip_file_that_was_cut_off_is_told_after_the_lines_before_the_cut()
    {
        var path = _folder.WriteGzip("cut.ndjson.gz", string.Concat(Enumerable.Range(0, 2000).Select(i => $$"""{"type":"search","customerId":"{{i * 7919}}"}""" + "\n")));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^200]);
        var read = 0;
        var fault = Assert.Throws<TableException>(() =>
        {
            foreach (var _ in ReplayRows.Read(ReplayFile.Open(path, null), new ReplayProblems(_told))) read++;
        });
        Assert.InRange(read, 1, 1999);
        Assert.Contains("cannot be read beyond line", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_files_are_read_to_the_last_line()
    {
        var rees46 = Read(RealData.File("rees46_oct2019", "events.csv.gz"));
        Assert.Equal(17_434, rees46.Count);
        Assert.Equal(4_504, rees46.Select(line => line.Customer).Distinct().Count());
        Assert.Equal(113_601, Read(RealData.File("serenade_example", "train.txt.gz")).Count);
        Assert.DoesNotContain("skipped", _told.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _told.Dispose();
    }

    private List<ReplayLine> Read(string path) => [.. ReplayRows.Read(ReplayFile.Open(path, null), new ReplayProblems(_told))];

    private static string Refusal(string path)
    {
        var refusal = Record.Exception(() => ReplayFile.Open(path, null));
        Assert.True(refusal is ReplayException or TableException, refusal?.ToString());
        return refusal!.Message;
    }

    private static string Text(ReplayLine line) => System.Text.Encoding.UTF8.GetString(line.Json.Span);

    private static string? Member(ReplayLine line, string name)
    {
        using var json = JsonDocument.Parse(line.Json);
        return json.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null;
    }
}
