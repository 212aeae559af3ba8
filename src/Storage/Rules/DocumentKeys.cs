using System.Text;
using Personalization.Stores;

namespace Personalization.Storage.Rules;

/// <summary>The rule for keys of documents, the same in every back end.</summary>
internal static class DocumentKeys
{
    private const int MaxBytes = 1024;

    /// <exception cref="ArgumentException">A key is empty or longer than 1,024 bytes of UTF-8.</exception>
    public static void Validate(IReadOnlyList<DocumentWrite> writes)
    {
        ArgumentNullException.ThrowIfNull(writes);
        foreach (var write in writes)
        {
            if (string.IsNullOrEmpty(write.Key) || Encoding.UTF8.GetByteCount(write.Key) > MaxBytes)
                throw new ArgumentException($"a document's key must be 1 to {MaxBytes} bytes of UTF-8, but is '{write.Key}'", nameof(writes));
        }
    }
}
