using System.Text.RegularExpressions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Tests.Profiles;

namespace Personalization.Engine.Tests.Decisions.Eligibility;

/// <summary>docs/decisions.md says what the language does: its examples are run, and no name is missing from its tables.</summary>
public sealed partial class EligibilityDocumentTests
{
    private static readonly string Page = Read();

    [Fact]
    public void Every_example_holds_for_whom_the_page_says()
    {
        var (ann, bob) = (Shopper.Regular(), new FoldRun());
        var examples = Rows("### Examples", "What is wrong").ToList();
        Assert.True(examples.Count > 10);
        foreach (var row in examples)
        {
            var text = row[0].Trim('`');
            Assert.True((row[1] == "yes", row[2] == "yes") == (Shopper.Holds(text, ann), Shopper.Holds(text, bob)), text);
        }
    }

    [Fact]
    public void Every_fault_reads_as_the_page_says()
    {
        var faults = Rows("What is wrong", "\n## ").ToList();
        Assert.True(faults.Count > 5);
        foreach (var row in faults) Assert.Equal($"column {row[1]}: {row[2]}", Shopper.Fault(row[0].Trim('`')).ToString());
    }

    [Fact]
    public void The_expression_at_the_top_is_one()
    {
        var text = Between("## The eligibility language", "### Operators").Split("```")[1].Trim();
        Assert.False(Shopper.Holds(text, new FoldRun()));
    }

    [Fact]
    public void Every_column_is_listed_with_its_type()
    {
        var listed = Rows("### Columns", "### Functions").SelectMany(row => Code().Matches(row[0]).Select(name => (Name: name.Groups[1].Value, Type: row[1]))).ToDictionary(row => row.Name, row => row.Type);
        foreach (var column in EligibilityLanguage.Columns)
        {
            var name = column.Name.StartsWith("totals.byType.", StringComparison.Ordinal) ? "totals.byType.…" : column.Name;
            Assert.True(listed.TryGetValue(name, out var type), $"{name} is not in the table of columns");
            Assert.Equal(column.Type, type);
        }
    }

    [Fact]
    public void Every_function_is_listed_as_it_is_written()
    {
        var listed = Rows("### Functions", "### Examples").SelectMany(row => Code().Matches(row[0]).Select(name => name.Groups[1].Value)).ToHashSet();
        Assert.Equal(EligibilityLanguage.Functions.Select(function => function.Example).Order(), listed.Order());
    }

    private static IEnumerable<string[]> Rows(string from, string to) => Between(from, to).Split('\n')
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) || line.StartsWith("| `", StringComparison.Ordinal))
        .Skip(1)
        .Select(line => line.Trim().Trim('|').Split(" | ").Select(cell => cell.Trim()).ToArray());

    private static string Between(string from, string to)
    {
        var start = Page.IndexOf(from, StringComparison.Ordinal);
        Assert.True(start >= 0, $"the page has no '{from}'");
        var end = Page.IndexOf(to, start + from.Length, StringComparison.Ordinal);
        return end < 0 ? Page[start..] : Page[start..end];
    }

    private static string Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Personalization.sln"))) folder = folder.Parent;
        return File.ReadAllText(Path.Combine(folder?.FullName ?? throw new InvalidOperationException("the tests are not run below the repository"), "docs", "decisions.md"));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
