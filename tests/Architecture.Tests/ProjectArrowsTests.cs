using System.Reflection;
using System.Xml.Linq;

namespace Personalization.Architecture.Tests;

/// <summary>Dependencies between projects run one way; a new arrow is a decision, and it is made here.</summary>
public sealed class ProjectArrowsTests
{
    private static readonly string Root = FindRoot();

    /// <summary>Project → the projects that it may reference.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Algorithms"] = [],
        ["Grains.Abstractions"] = [],
        ["Engine"] = ["Algorithms", "Grains.Abstractions"],
        ["Grains"] = ["Engine"],
        ["Storage"] = ["Grains.Abstractions"],
        // An action is compiled at the door by the code that decides with it: what is stored can be decided for. The domain brings no runtime along.
        ["Gateway"] = ["Engine", "Grains.Abstractions", "Storage"],
        ["Silo"] = ["Algorithms", "Engine", "Gateway", "Grains", "Grains.Abstractions", "Storage"],
    };

    public static TheoryData<string> Projects => [.. Directory.GetDirectories(Path.Combine(Root, "src")).Select(Path.GetFileName).OfType<string>()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_its_arrows_allow(string project)
    {
        Assert.True(Allowed.ContainsKey(project), $"src/{project} is new: say in this test what it may reference.");
        var references = XDocument.Load(Path.Combine(Root, "src", project, project + ".csproj"))
            .Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.All(references, reference => Assert.Contains(reference, Allowed[project]));
    }

    [Fact]
    public void Algorithms_uses_nothing_but_the_framework_and_mathematics()
    {
        Assert.All(References("Algorithms"), name => Assert.True(StartsWithAny(name, "System", "MathNet.Numerics", "netstandard"), $"Algorithms references {name}"));
    }

    [Fact]
    public void Engine_knows_no_runtime_no_server_and_no_database()
    {
        Assert.All(References("Engine"), name => Assert.False(
            StartsWithAny(name, "Microsoft.AspNetCore", "StackExchange", "Microsoft.Data", "Orleans.Runtime", "Orleans.Streaming", "Orleans.Server", "Microsoft.Extensions.Hosting"),
            $"Engine references {name}"));
    }

    [Fact]
    public void Gateway_touches_storage_in_its_own_start_alone()
    {
        var users = Directory.GetFiles(Path.Combine(Root, "src", "Gateway"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file).Contains("Personalization.Storage", StringComparison.Ordinal))
            .Select(Path.GetFileName);
        Assert.All(users, file => Assert.Equal("Program.cs", file));
    }

    [Theory]
    [InlineData("Algorithms")]
    [InlineData("Engine")]
    public void Pure_code_reads_no_clock_and_draws_no_hidden_randomness(string project)
    {
        string[] banned = ["DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow", "Random.Shared", "Guid.NewGuid", "Guid.CreateVersion7", "new Random()", "Stopwatch.", "TimeProvider.System", "Environment.TickCount"];
        var files = Directory.GetFiles(Path.Combine(Root, "src", project), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        Assert.All(files, file =>
        {
            var code = string.Join('\n', File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
            Assert.All(banned, word => Assert.False(code.Contains(word, StringComparison.Ordinal), $"{file} uses {word}: time and randomness are arguments"));
        });
    }

    private static IEnumerable<string> References(string project) => Assembly.Load("Personalization." + project).GetReferencedAssemblies().Select(reference => reference.Name!);

    private static bool StartsWithAny(string name, params string[] prefixes) => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Personalization.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests are not run below the repository");
    }
}
