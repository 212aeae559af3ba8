namespace Personalization.Stores;

/// <summary>Something that a process needs to store anything, and that tells when it is wrong: its disk, its clock. Readiness asks all of them.</summary>
public interface IStorageHealth
{
    /// <summary>What keeps this process from storing anything, in a sentence; null if nothing does. Cheap, and for any thread.</summary>
    string? Fault { get; }
}
