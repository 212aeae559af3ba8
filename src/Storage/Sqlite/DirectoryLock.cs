using System.Globalization;

namespace Personalization.Storage.Sqlite;

/// <summary>
/// Keeps a data directory to one engine: <c>engine.lock</c> is held open exclusively, so the operating system releases it however the
/// process ends; <c>engine.pid</c> says who holds it.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _handle;
    private readonly string _owner;

    private DirectoryLock(FileStream handle, string owner)
    {
        _handle = handle;
        _owner = owner;
    }

    /// <summary>Takes the lock, making the directory if it is missing.</summary>
    /// <exception cref="InvalidOperationException">Another engine holds it; the message names the process.</exception>
    public static DirectoryLock Take(string directory)
    {
        Directory.CreateDirectory(directory);
        var owner = Path.Combine(directory, "engine.pid");
        FileStream handle;
        try
        {
            handle = new FileStream(Path.Combine(directory, "engine.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException fault) when (File.Exists(Path.Combine(directory, "engine.lock")))
        {
            throw new InvalidOperationException(
                $"The data directory '{Path.GetFullPath(directory)}' is in use by another engine (process {Holder(owner)}). Stop that one, or set Personalization:DataDirectory to another folder.", fault);
        }

        File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DirectoryLock(handle, owner);
    }

    public void Dispose()
    {
        File.Delete(_owner);
        _handle.Dispose();
    }

    private static string Holder(string owner)
    {
        try
        {
            return File.ReadAllText(owner);
        }
        catch (IOException)
        {
            return "unknown";
        }
    }
}
