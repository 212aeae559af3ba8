using Xunit;

namespace Personalization.TestKit;

/// <summary>
/// What a test does where something that it needs is missing. For a developer it is skipped and says what to install; on a build machine
/// (<c>CI=true</c>) it fails, since a run without these tests must not look like a run that passed them.
/// </summary>
public static class BuildMachine
{
    /// <summary>Whether this is one.</summary>
    public static bool IsThis { get; } = Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>Skips the running test, or fails it on a build machine.</summary>
    /// <param name="what">What is missing and how to get it.</param>
    public static void Missing(string what)
    {
        if (IsThis) Assert.Fail($"{what}. On a build machine it must be there.");
        Assert.Skip(what);
    }
}
