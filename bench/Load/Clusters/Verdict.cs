using Personalization.Load.Reporting;

namespace Personalization.Load.Clusters;

/// <summary>What was accepted beside what was folded. With A = events answered as taken at least once: A ⊆ folded ⊆ attempted, and each once.</summary>
/// <param name="Lost">Accepted events that are folded nowhere, or that a stored profile lacks.</param>
/// <param name="Doubled">Events that are folded, or that a stored profile has, too often.</param>
internal sealed record Verdict(long Lost, long Doubled)
{
    /// <summary>Compares, and notes in the report whether all of it holds.</summary>
    public static Verdict Of(Attempts attempts, FoldResult fold, bool drained, RunReport report)
    {
        var lost = attempts.Accepted.Count(id => !fold.Folded.ContainsKey(id)) + fold.Missing;
        var doubled = fold.Folded.Values.Sum(times => times - 1) + fold.Doubled;
        var stranger = fold.Folded.Keys.FirstOrDefault(id => !attempts.Attempted.Contains(id));
        report.Check("accepted events are folded", lost == 0, $"{attempts.Accepted.Count:N0} accepted, {lost:N0} missing; the store knows of {fold.Lost:N0} lost entries");
        report.Check("no event is folded twice", doubled == 0, $"{doubled:N0} too many");
        report.Check("only what was sent is folded", stranger is null, stranger ?? "nothing else");
        report.Check("every stored profile is the fold of the log", fold.Differences.Count == 0, fold.Differences.Count == 0 ? $"{fold.Customers:N0} customers" : string.Join("; ", fold.Differences.Take(5)));
        report.Check("everything was committed", drained && fold.Uncommitted == 0, $"{fold.Uncommitted:N0} entries not committed");
        return new Verdict(lost, doubled);
    }
}
