using System.Globalization;
using System.Net;
using System.Text;

namespace Personalization.Silo.Commands.Replay;

/// <summary>
/// Warns before old events are sent to an engine whose clock is the wall's: sessions, decays and rewards of the past would be judged as of today.
/// </summary>
internal static class OldEvents
{
    private static readonly TimeSpan Old = TimeSpan.FromDays(1);

    /// <summary>The warning; null where the events are of today, or the engine goes by their clock.</summary>
    /// <param name="files">The files; the first event with a time decides.</param>
    /// <param name="http">Reaches the engine.</param>
    /// <param name="now">Now.</param>
    /// <param name="cancellation">Ends the asking.</param>
    public static async Task<string?> Warning(IReadOnlyList<ReplayFile> files, HttpClient http, DateTimeOffset now, CancellationToken cancellation)
    {
        var first = files.SelectMany(file => ReplayRows.Read(file, new ReplayProblems(TextWriter.Null))).Select(line => line.Time).FirstOrDefault(time => time is not null);
        if (first is not { } time || now - DateTimeOffset.FromUnixTimeMilliseconds(time) < Old) return null;
        var day = DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        const string consequence = "what happened then is judged as of today: sessions are over, tastes have decayed, windows for rewards are closed. Start it with --Personalization:Clock=Event to replay the past.";
        return await IsWallClock(http, cancellation) switch
        {
            true => $"Warning: the events begin on {day} and the engine goes by the wall clock, so {consequence}",
            null => $"Warning: the events begin on {day}. If the engine goes by the wall clock, {consequence}",
            _ => null,
        };
    }

    /// <summary>Which clock the engine has; null where it does not say, for want of an admin key or because it does not answer.</summary>
    private static async Task<bool?> IsWallClock(HttpClient http, CancellationToken cancellation)
    {
        // Without a time nothing is moved: an engine with a wall clock refuses the call as such, another one the missing time.
        using var nothing = new StringContent("{}", Encoding.UTF8, "application/json");
        try
        {
            using var answer = await http.PostAsync("v1/admin/clock", nothing, cancellation);
            return answer.StatusCode switch { HttpStatusCode.Conflict => true, HttpStatusCode.BadRequest => false, _ => null };
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }
}
