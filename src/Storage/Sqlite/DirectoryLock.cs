using System.Globalization;

namespace Personalization.Storage.Sqlite;

/// <summary>
/// Keeps a data directory to one engine: <c>engine.lock</c> is held open exclusively, so the operating system releases it however the
/// process ends; <c>engine.pid</c> says who holds it.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    // What "somebody else holds it" is called by Windows, Linux and macOS; any other fault is the disk's or the permissions'.
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;

    private readonly FileStream _handle;
    private readonly string _owner;

    private DirectoryLock(FileStream handle, string owner)
    {
        _handle = handle;
        _owner = owner;
    }

    /// <summary>Takes the lock, making the directory if it is missing.</summary>
    /// <exception cref="InvalidOperationException">Another engine holds it; the message names the process.</exception>
    /// <exception cref="IOException">It cannot be made or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The permissions do not allow it.</exception>
    public static DirectoryLock Take(string directory)
    {
        Directory.CreateDirectory(directory);
        var owner = Path.Combine(directory, "engine.pid");
        FileStream handle;
        try
        {
            handle = new FileStream(Path.Combine(directory, "engine.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException fault) when (fault.HResult is SharingViolation or WouldBlock or WouldBlockOnMac)
        {
            throw new InvalidOperationException(
                $"The data directory '{Path.GetFullPath(directory)}' is in use by another engine (process {Holder(owner)}). Stop that one, or set Personalization:DataDirectory to another folder.", fault);
        }

        try
        {
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        return new DirectoryLock(handle, owner);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_owner);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The directory is gone or cannot be written any more; whoever runs the engine was told.
        }

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
