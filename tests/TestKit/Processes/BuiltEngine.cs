namespace Personalization.TestKit.Processes;

/// <summary>Finds what the build of this repository made, beside the test that runs.</summary>
public static class BuiltEngine
{
    private const string Solution = "Personalization.sln";

    /// <summary>The folder of the solution, above the running test.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The built <c>Personalization.Silo</c> of the same configuration (Release, Debug) and framework as the running test.</summary>
    /// <exception cref="FileNotFoundException">It was not built.</exception>
    public static string Executable => Find("Silo");

    /// <summary>The built <c>Personalization.Gateway</c> of the same configuration and framework.</summary>
    /// <exception cref="FileNotFoundException">It was not built.</exception>
    public static string Gateway => Find("Gateway");

    private static string Find(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var name = $"Personalization.{project}{(OperatingSystem.IsWindows() ? ".exe" : "")}";
        var path = Path.Combine(Root, "src", project, "bin", framework.Parent!.Name, framework.Name, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"'{path}' was not built; build src/{project} first.", path);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"There is no {Solution} above '{AppContext.BaseDirectory}'.");
    }
}
