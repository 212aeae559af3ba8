namespace Personalization.Gateway.Documents;

/// <summary>Things of one kind by id, each with a version that grows with every write.</summary>
/// <typeparam name="T">What is kept.</typeparam>
internal interface IDocumentTable<T>
    where T : class
{
    /// <summary>Reads one and its version; null if there is none.</summary>
    /// <exception cref="InvalidDataException">What is stored cannot be read.</exception>
    ValueTask<(T Value, long Version)?> Read(string id, CancellationToken cancellation);

    /// <summary>The version of one, readable or not; null if there is none.</summary>
    ValueTask<long?> ReadVersion(string id, CancellationToken cancellation);

    /// <summary>Writes some, each whatever version is stored or only over <paramref name="expected"/>; answers the new versions, null where another version is stored.</summary>
    ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<T> values, long expected, CancellationToken cancellation);

    /// <summary>Deletes one whatever version is stored, or only <paramref name="expected"/>. False: there is none, or another version.</summary>
    ValueTask<bool> Delete(string id, long expected, CancellationToken cancellation);

    /// <summary>Some in id order after an id.</summary>
    ValueTask<DocumentPage<T>> List(string? after, int max, CancellationToken cancellation);
}

/// <summary>A page of a listing.</summary>
/// <param name="Values">What can be answered.</param>
/// <param name="Unreadable">The ids of what is stored and cannot be read: one bad row hides no other.</param>
/// <param name="Last">The id of the last row, readable or not; null if there is none.</param>
/// <param name="Rows">How many rows were looked at.</param>
internal sealed record DocumentPage<T>(IReadOnlyList<T> Values, IReadOnlyList<string> Unreadable, string? Last, int Rows);
