namespace Personalization.Engine.Profiles;

/// <summary>A consent as last said.</summary>
internal readonly record struct Consent(bool Granted, long At);

/// <summary>
/// Keeps what a customer said about purposes in a table of bounded size that never loses a refusal, whatever purposes callers invent.
/// </summary>
/// <remarks>
/// In a full table the grant said longest ago makes room, and who granted is then as one who said nothing. Where all are refusals, the one said longest ago makes room, and
/// from then on <b>every</b> purpose that is not in the table is refused: a refusal that has left it stays one, and a grant, which is in the table, still counts.
/// </remarks>
internal static class Consents
{
    public static void Say(CustomerProfile profile, string purpose, Consent consent, int capacity)
    {
        var table = profile.Consents ??= new SortedList<string, Consent>(2, StringComparer.Ordinal);
        if (table.Count >= capacity && !table.ContainsKey(purpose))
        {
            var at = Oldest(table, isGranted: true);
            if (at < 0)
            {
                at = Oldest(table, isGranted: false);
                if (profile.OthersRefusedAt == 0) profile.OthersRefusedAt = Math.Max(1, consent.At);
            }

            table.RemoveAt(at);
        }

        table[purpose] = consent;
    }

    private static int Oldest(SortedList<string, Consent> table, bool isGranted)
    {
        var oldest = -1;
        for (var i = 0; i < table.Count; i++)
        {
            var consent = table.GetValueAtIndex(i);
            if (consent.Granted == isGranted && (oldest < 0 || consent.At < table.GetValueAtIndex(oldest).At)) oldest = i;
        }

        return oldest;
    }
}
