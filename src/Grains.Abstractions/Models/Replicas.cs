using System.Collections.Concurrent;

namespace Personalization.Models;

/// <summary>
/// What this process keeps copies of, and whether each was read at all: until then nothing is known, which is another thing than that there is nothing. Who answers out of
/// a copy asks <see cref="Require"/> first; the process is not ready while one is missing. What was read once stays, whatever the store does later.
/// </summary>
public sealed class Replicas
{
    /// <summary>The action library.</summary>
    public const string ActionLibrary = "the action library";

    /// <summary>The catalogue of items.</summary>
    public const string Catalogue = "the catalogue";

    /// <summary>The shared models of slots.</summary>
    public const string SlotModels = "model actions";

    /// <summary>The item indexes.</summary>
    public const string ItemIndexes = "model items";

    /// <summary>The churn parameters.</summary>
    public const string Churn = "model churn";

    /// <summary>The key that decision ids are signed with.</summary>
    public const string SigningKey = "the key of decision ids";

    private readonly ConcurrentDictionary<string, bool> _read = new(StringComparer.Ordinal);

    /// <summary>What a model's copy is called.</summary>
    public static string OfModel(string name) => "model " + name;

    /// <summary>This process keeps a copy.</summary>
    public void Expect(string what) => _read.TryAdd(what, false);

    /// <summary>A copy was read.</summary>
    public void MarkRead(string what) => _read[what] = true;

    /// <summary>Copies that were not read yet.</summary>
    public IReadOnlyList<string> Unread => [.. _read.Where(copy => !copy.Value).Select(copy => copy.Key).Order(StringComparer.Ordinal)];

    /// <summary>Passes if a copy was read, or if this process keeps none.</summary>
    /// <exception cref="NotReadYetException">It was not read yet.</exception>
    public void Require(string what)
    {
        if (_read.TryGetValue(what, out var isRead) && !isRead) throw NotReadYetException.Of(what);
    }
}

/// <summary>What an answer is made of could not be read since this process began: there is no answer yet, and an empty one would be wrong.</summary>
[GenerateSerializer, Alias("personalization.NotReadYetException")]
public sealed class NotReadYetException : Exception
{
    /// <summary>Makes one.</summary>
    public NotReadYetException() { }

    /// <summary>Makes one with what is missing.</summary>
    public NotReadYetException(string message) : base(message) { }

    /// <summary>Makes one with what is missing and why.</summary>
    public NotReadYetException(string message, Exception? inner) : base(message, inner) { }

    /// <summary>Makes one for a copy.</summary>
    public static NotReadYetException Of(string what, Exception? inner = null) => new($"{what} could not be read from the store since this process began; it is tried again all the time", inner);
}
