using System.Globalization;
using System.Text;
using Personalization.Engine.Profiles;
using Personalization.Stores;

namespace Personalization.Grains.Customers;

/// <summary>
/// The revision of the fold's settings, agreed by all silos over the document <c>fold/settings</c>: its first line is the revision, the rest the settings it
/// stands for. Settings that differ from the stored ones make the next revision, so nobody has to remember to raise a number.
/// </summary>
/// <remarks>A revision is never used twice, also when settings go back to what they were: rows between the two were folded differently.</remarks>
public static class FoldRevision
{
    /// <summary>The document.</summary>
    public const string Key = "fold/settings";

    /// <summary>Highest revision that <see cref="FoldSettings.FoldVersion"/> has room for.</summary>
    private const int Highest = 65_535;

    /// <summary>The settings with their revision, which is stored if it is new.</summary>
    /// <exception cref="InvalidOperationException">There are no revisions left.</exception>
    public static async Task<FoldSettings> Agree(IDocumentStore documents, FoldSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(settings);
        var text = settings.Describe();
        while (true)
        {
            var stored = await documents.Read(Key, cancellation);
            var (revision, described) = Parse(stored);
            if (described == text) return settings with { Revision = revision };
            var next = stored is null ? 0 : revision + 1;
            if (next > Highest) throw new InvalidOperationException($"the fold's settings were changed {Highest} times; there is no revision left");
            var bytes = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{next}\n{text}"));
            var written = await documents.Write([new DocumentWrite(Key, bytes, stored?.Version ?? 0)], cancellation);
            if (written[0] is not null) return settings with { Revision = next };
        }
    }

    /// <summary>The settings with the revision that is stored for them; null if they differ from the stored ones. Writes nothing.</summary>
    public static async Task<FoldSettings?> Find(IDocumentStore documents, FoldSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(settings);
        var stored = await documents.Read(Key, cancellation);
        var (revision, described) = Parse(stored);
        return stored is null || described == settings.Describe() ? settings with { Revision = revision } : null;
    }

    private static (int Revision, string? Settings) Parse(Document? stored)
    {
        if (stored is null) return (0, null);
        var text = Encoding.UTF8.GetString(stored.Bytes);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return int.TryParse(text.AsSpan(0, Math.Max(0, end)), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? (revision, text[(end + 1)..])
            : throw new InvalidDataException($"the document {Key} does not begin with a revision");
    }
}
