using Xunit;

namespace Personalization.TestKit;

/// <summary>
/// Finds the real data sets that some tests check published results against. They are not part of the repository:
/// the variable <c>PERSONALIZATION_DATA</c> alone names their folder. Without it such a test is skipped, on a build
/// machine (<c>CI=true</c>) it fails.
/// </summary>
public static class RealData
{
    /// <summary>The path of a file below the data folder, or a skip (a failure where <c>CI=true</c>).</summary>
    public static string File(params string[] parts)
    {
        var folder = Environment.GetEnvironmentVariable("PERSONALIZATION_DATA");
        if (string.IsNullOrEmpty(folder)) BuildMachine.Missing("PERSONALIZATION_DATA is not set: it names the folder of the real data sets, which the repository does not contain");
        var path = Path.Combine([folder!, .. parts]);
        if (!System.IO.File.Exists(path)) Assert.Fail($"PERSONALIZATION_DATA has no file '{Path.Combine(parts)}'.");
        return path;
    }
}
