using Personalization.Stores;

namespace Personalization.Engine.Models;

/// <summary>
/// A model while it learns, one outbox row at a time. It is called by one thread at a time and knows nothing of crashes: its learner stores
/// state and outbox numbers in one write, so every row is learned exactly once.
/// </summary>
/// <remarks>
/// After <see cref="Load"/> the model is as it was at <see cref="Save"/>; where <see cref="ModelDefinition.KeepsChanges"/> it is brought on by the stored
/// changes. Models are deterministic: no clock, no randomness of their own.
/// </remarks>
public interface IOnlineModel
{
    /// <summary>Memory held, in bytes.</summary>
    long AllocatedBytes { get; }

    /// <summary>Learns from a row of one of the definition's kinds.</summary>
    /// <exception cref="InvalidDataException">The row cannot be read; nothing was learned from it.</exception>
    void Learn(OutboxRow row);

    /// <summary>What replicas have to be told since the last call, or since <see cref="Load"/>; null if nothing changed.</summary>
    PublishedChange? TakeChange();

    /// <summary>Takes in a change that was stored after the state that was loaded. Only where the definition keeps changes.</summary>
    void Replay(ReadOnlySpan<byte> change);

    /// <summary>
    /// What changes do not carry and is small enough to be stored at every save, beside them; empty if there is nothing. Only where the definition keeps
    /// changes.
    /// </summary>
    byte[] SaveRest() => [];

    /// <summary>Reads what <see cref="SaveRest"/> wrote, after all stored changes were replayed.</summary>
    void LoadRest(ReadOnlySpan<byte> rest) { }

    /// <summary>Forgets what one part of the model has learned, such as one slot; what it learns from then on is learned anew. Published and stored like anything learned.</summary>
    /// <exception cref="NotSupportedException">The model has no such parts.</exception>
    void Reset(string part) => throw new NotSupportedException("this model has no parts that begin anew");

    /// <summary>Writes the whole state.</summary>
    void Save(Stream stream);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are of another form.</exception>
    void Load(Stream stream);
}

/// <summary>What a model tells its replicas.</summary>
/// <param name="Bytes">The change, or the whole model.</param>
/// <param name="IsWhole">Whether it is the whole model.</param>
public readonly record struct PublishedChange(byte[] Bytes, bool IsWhole);
