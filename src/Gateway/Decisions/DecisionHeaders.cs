using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Log;

namespace Personalization.Gateway.Decisions;

/// <summary>What the calls that decide have in common.</summary>
internal static class DecisionHeaders
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const int MaxKey = 256;

    /// <summary>The caller's <c>Idempotency-Key</c>; null if there is none.</summary>
    /// <exception cref="ProblemException">It is not 1 to 256 visible characters.</exception>
    public static string? ReadIdempotencyKey(HttpContext context)
    {
        var values = context.Request.Headers[IdempotencyKey];
        if (values.Count == 0) return null;
        var key = values.ToString();
        return values.Count == 1 && key.Length is >= 1 and <= MaxKey && key.All(c => c is >= '!' and <= '~')
            ? key
            : throw ProblemException.BadRequest($"{IdempotencyKey} must be 1 to {MaxKey} visible ASCII characters");
    }

    /// <summary>Who asks, as <c>?traffic=</c> says: from what is decided for robots and tests nobody learns.</summary>
    /// <exception cref="ProblemException">It is none of them.</exception>
    public static Traffic ReadTraffic(string? traffic) => traffic switch
    {
        null or "human" => Traffic.Human,
        "bot" => Traffic.Bot,
        "test" => Traffic.Test,
        _ => throw ProblemException.BadRequest($"traffic must be human, bot or test, but is '{traffic}'"),
    };

    /// <summary>The name of the caller's key; null where none is configured.</summary>
    public static string? KeyOf(HttpContext context) => context.User.Identity is { IsAuthenticated: true, Name: { } name } ? name : null;

    /// <summary>Whether a call is to have no effect: it says so, or it asks for another time than the wall clock's where that is the installation's clock.</summary>
    public static bool IsDryRun(bool? asked, long? at, PersonalizationOptions options) => asked == true || (at is not null && options.Clock == ClockKind.Wall);
}
