using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Tests.Evaluate;

public sealed class CsvTableTests : IDisposable
{
    private static readonly CsvColumn[] Columns = [new("customer", "customer_id", "id"), new("date"), new("value", "amount") { Optional = true }];
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("customer,date,value\nann,2024-01-02,3.5\n")]
    [InlineData("Customer ID;amount;DATE\nann;3.5;2024-01-02\n")]
    [InlineData("date\tCUSTOMER\tvalue\r\n2024-01-02\tann\t3.5\r\n")]
    [InlineData("ann|2024-01-02|3.5")]
    [InlineData("note,date,id,amount\n\"a, \"\"quoted\"\"\nnote\",2024-01-02, ann ,3.5\n")]
    public void Header_delimiter_and_quotes_are_recognised(string text)
    {
        using var table = Open(_folder.Write("orders.csv", text), Columns);
        Assert.True(table.Read());
        Assert.Equal("ann", table.Text(0));
        Assert.True(table.TryInstant(1, out var date));
        Assert.Equal(new DateTimeOffset(2024, 1, 2, 0, 0, 0, TimeSpan.Zero), date);
        Assert.True(table.TryNumber(2, out var value));
        Assert.Equal(3.5, value);
        Assert.False(table.Read());
    }

    [Fact]
    public void Gzip_is_recognised_by_its_bytes_and_not_by_its_name()
    {
        using var table = Open(_folder.WriteGzip("orders.csv", "customer,date\nann,20240102\n"), Columns);
        Assert.True(table.Read());
        Assert.Equal("20240102", table.Text(1));
        Assert.False(table.Has(2));
    }

    [Fact]
    public void Rows_are_numbered_as_an_editor_numbers_them_and_blank_ones_passed_over()
    {
        using var table = Open(_folder.Write("orders.csv", "customer,date\nann,2024-01-02\n\nbob,2024-01-03\n"), Columns);
        Assert.True(table.Read());
        Assert.Equal(2, table.RowNumber);
        Assert.True(table.Read());
        Assert.Equal("bob", table.Text(0));
        Assert.Equal(4, table.RowNumber);
    }

    [Fact]
    public void A_row_with_too_few_fields_has_empty_ones()
    {
        using var table = Open(_folder.Write("orders.csv", "customer,date,value\nann\n"), Columns);
        Assert.True(table.Read());
        Assert.Equal("", table.Text(1));
        Assert.False(table.TryNumber(2, out _));
        Assert.False(table.TryInstant(1, out _));
    }

    [Fact]
    public void The_files_other_columns_come_behind_those_that_are_wanted()
    {
        using var table = CsvTable.Open(_folder.Write("any.csv", "age,label\n7,yes\n"), [new CsvColumn("label")], others: OtherColumns.UnderHeader);
        Assert.Equal(["label", "age"], table.Names);
        Assert.True(table.Read());
        Assert.Equal("yes", table.Text(0));
        Assert.Equal("7", table.Text(1));
    }

    [Theory]
    [InlineData("1717243200", 2024)]
    [InlineData("1717243200000", 2024)]
    [InlineData("1396321200.25", 2014)]
    [InlineData("19970118", 1997)]
    [InlineData("2014-04-07T10:51:09.277Z", 2014)]
    [InlineData("2019-10-01 00:00:00 UTC", 2019)]
    [InlineData("1717243200000000", 2024)]
    [InlineData("1717243200000000000", 2024)]
    [InlineData("20240601083000", 2024)]
    [InlineData("202406010830", 2024)]
    [InlineData("1 Jun 2024 08:30", 2024)]
    [InlineData("2024.06.01", 2024)]
    [InlineData("2024-06-01T08:30:00+02:00", 2024)]
    [InlineData("08:30", 0)]
    [InlineData("1 June", 0)]
    [InlineData("someday", 0)]
    public void Instants_come_as_dates_and_unix_times(string text, int year)
    {
        using var table = Open(_folder.Write("events.csv", $"customer,date\nann,{text}\n"), Columns);
        Assert.True(table.Read());
        Assert.Equal(year > 0, table.TryInstant(1, out var value));
        if (year > 0) Assert.Equal(year, value.Year);
    }

    [Fact]
    public void The_day_of_an_instant_with_an_offset_is_the_day_as_written()
    {
        using var table = Open(_folder.Write("events.csv", "customer,date\nann,2014-04-07T23:30:00-05:00\n"), Columns);
        Assert.True(table.Read());
        Assert.True(table.TryInstant(1, out var value));
        Assert.Equal(new DateTime(2014, 4, 7, 23, 30, 0, DateTimeKind.Unspecified), value.DateTime);
        Assert.Equal(new DateTime(2014, 4, 8, 4, 30, 0, DateTimeKind.Utc), value.UtcDateTime);
    }

    [Fact]
    public void Missing_files_and_columns_and_truncated_gzip_say_what_is_wrong()
    {
        Assert.Contains("nowhere.csv", Refusal(() => Open(Path.Combine(_folder.Path, "nowhere.csv"), Columns)), StringComparison.Ordinal);
        Assert.Contains("empty", Refusal(() => Open(_folder.Write("empty.csv", ""), Columns)), StringComparison.Ordinal);
        Assert.Contains("no column 'date'", Refusal(() => Open(_folder.Write("a.csv", "customer,when\nann,1\n"), Columns)), StringComparison.Ordinal);
        Assert.Contains("header", Refusal(() => Open(_folder.Write("b.csv", "ann\nbob\n"), Columns)), StringComparison.Ordinal);
        Assert.Contains("not UTF-8", Refusal(() => Open(_folder.Write("l.csv", "customer,date\nk\u00fc1,2024-01-02\n", System.Text.Encoding.Latin1), Columns)), StringComparison.Ordinal);

        var whole = File.ReadAllBytes(_folder.WriteGzip("c.csv", string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i * 7919 % 10007},2024-01-02\n"))));
        var cut = Path.Combine(_folder.Path, "cut.csv.gz");
        File.WriteAllBytes(cut, whole[..(whole.Length / 2)]);
        Assert.Contains("cannot be read", Refusal(() =>
        {
            using var table = Open(cut, Columns);
            while (table.Read()) { }
        }), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static CsvTable Open(string path, params CsvColumn[] columns) => CsvTable.Open(path, columns);

    private static string Refusal(Action action) => Assert.Throws<TableException>(action).Message;
}
