namespace Personalization.Engine.Models;

/// <summary>
/// A model as the grains of one silo use it: read in process by any number of threads, brought on by one. What readers see is swapped
/// atomically: all of a change or nothing of it.
/// </summary>
public interface IModelReplica
{
    /// <summary>Memory held, in bytes.</summary>
    long AllocatedBytes { get; }

    /// <summary>Replaces everything by the stored state; null = the model has learned nothing yet.</summary>
    void Load(Stream? state);

    /// <summary>Takes in the next change, in order; a whole model replaces what there is.</summary>
    /// <exception cref="InvalidDataException">It does not join on: the replica is to be loaded anew.</exception>
    void Apply(ReadOnlySpan<byte> change, bool isWhole);
}
