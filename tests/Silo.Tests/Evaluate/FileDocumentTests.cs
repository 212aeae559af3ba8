using System.CommandLine;
using System.Text.RegularExpressions;
using Personalization.Silo.Commands.Evaluate;
using Personalization.Silo.Commands.Replay;

namespace Personalization.Silo.Tests.Evaluate;

/// <summary>What docs/operations.md says of files is what happens.</summary>
public sealed partial class FileDocumentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _page = Page();

    [Fact]
    public void The_file_of_the_page_is_read_as_the_page_tells()
    {
        var (_, _, error) = Run("evaluate", "lifetime", "--data", _folder.Write("orders.csv", Block("orders.csv")), "--split", "2024-02-20");
        Assert.StartsWith(Block("told").Trim(), error, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_row_of_the_table_of_columns_is_understood_in_the_order_that_it_gives()
    {
        var command = "";
        var rows = 0;
        foreach (Match row in ColumnRow().Matches(_page))
        {
            if (row.Groups["command"].Value.Length > 0) command = row.Groups["command"].Value;
            string[] names = [.. Name().Matches(row.Groups["names"].Value).Select(match => match.Groups[1].Value)];
            for (var i = 0; i + 1 < names.Length; i++) Assert.Contains($"{row.Groups["option"].Value} = '{names[i]}'", Told(command, row.Groups["option"].Value, [names[i + 1], names[i]]), StringComparison.Ordinal);
            rows++;
        }

        Assert.Equal(9, rows);
    }

    [Fact]
    public void Every_option_of_the_page_exists()
    {
        var section = _page[_page.IndexOf("### evaluate", StringComparison.Ordinal)..];
        var known = EvaluateCommand.Create().Subcommands.Append(ReplayCommand.Create()).SelectMany(command => command.Options).Select(option => option.Name).ToHashSet();
        foreach (Match option in OptionName().Matches(section)) Assert.Contains(option.Value, known);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What is told of a file that has these columns for one option, and the plainest names for the others.</summary>
    private string Told(string command, string option, string[] names)
    {
        string[] others = command switch
        {
            "evaluate lifetime" => ["customer", "date", "value"],
            "evaluate sessions" => ["session_id", "item_id", "timestamp"],
            _ => ["action", "reward", "propensity"],
        };
        string[] options = command switch
        {
            "evaluate lifetime" => ["customer", "date", "value"],
            "evaluate sessions" => ["session", "item", "time"],
            _ => ["action", "reward", "propensity"],
        };
        string[] header = [.. names, .. others.Where((_, i) => options[i] != option)];
        var text = string.Join(',', header) + "\n" + string.Join(',', header.Select(_ => "20240102")) + "\n";
        var path = _folder.Write("columns.csv", text);
        return command == "evaluate sessions"
            ? Run("evaluate", "sessions", "--train", path, "--test", path).Error
            : Run([.. command.Split(' '), "--data", path, .. command == "evaluate lifetime" ? (string[])["--split", "2024-01-01"] : []]).Error;
    }

    private static string Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Personalization.sln"))) folder = folder.Parent;
        return File.ReadAllText(Path.Combine(folder?.FullName ?? throw new InvalidOperationException("the tests are not run below the repository"), "docs", "operations.md"));
    }

    private string Block(string name)
    {
        var start = _page.IndexOf($"<!-- files:{name} -->", StringComparison.Ordinal);
        start = _page.IndexOf('\n', _page.IndexOf("```", start, StringComparison.Ordinal)) + 1;
        return _page[start.._page.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var configuration = new InvocationConfiguration { Output = new StringWriter(), Error = new StringWriter() };
        var code = new RootCommand { EvaluateCommand.Create() }.Parse(arguments).Invoke(configuration);
        return (code, configuration.Output.ToString()!, configuration.Error.ToString()!);
    }

    [GeneratedRegex(@"^\|(?: `(?<command>evaluate \w+)`)? \| `--(?<option>\w+)` \| (?<names>`.*)$", RegexOptions.Multiline)]
    private static partial Regex ColumnRow();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Name();

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex OptionName();
}
