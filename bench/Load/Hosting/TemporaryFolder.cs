namespace Personalization.Load.Hosting;

/// <summary>A data folder that goes with the run.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("personalization-load-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException fault)
        {
            Console.Error.WriteLine($"{Path} was not removed: {fault.Message}");
        }
    }
}
