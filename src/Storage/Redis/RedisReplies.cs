using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>
/// What callers are told when Redis does not answer: a <see cref="TimeoutException"/>, whatever the client calls it. What became of the call is not known then; and the
/// exception may cross to processes that know nothing of Redis.
/// </summary>
internal static class RedisReplies
{
    /// <summary>Waits for an answer, for <see cref="Configuration.RedisOptions.Timeout"/>.</summary>
    /// <remarks>
    /// The time is kept here: the client looks for calls that are late once a second, by a timer that comes late itself where the processor is busy, and what it lost with a connection it may
    /// never answer; whoever waits for such a call would wait for ever.
    /// </remarks>
    /// <exception cref="TimeoutException">There was none, or the server said that it cannot serve now.</exception>
    public static async Task<T> Answer<T>(this Task<T> call, IDatabase database, CancellationToken cancellation)
    {
        if (call.IsCompletedSuccessfully) return await call.ConfigureAwait(false);
        var timeout = TimeSpan.FromMilliseconds(database.Multiplexer.TimeoutMilliseconds);
        try
        {
            return await call.WaitAsync(timeout, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            throw new TimeoutException($"Redis does not answer: nothing within {timeout.TotalSeconds:0.###} s");
        }
        catch (Exception silent) when (silent is RedisTimeoutException || (silent is RedisException fault && !RedisScript.IsOurs(fault)))
        {
            throw new TimeoutException($"Redis does not answer: {silent.Message}", silent);
        }
    }
}
