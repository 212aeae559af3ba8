using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>
/// What callers are told when Redis does not answer: a <see cref="TimeoutException"/>, whatever the client calls it. What became of the call is not known then; and the
/// exception may cross to processes that know nothing of Redis.
/// </summary>
internal static class RedisReplies
{
    /// <summary>Waits for an answer.</summary>
    /// <exception cref="TimeoutException">There was none, or the server said that it cannot serve now.</exception>
    public static async Task<T> Answer<T>(this Task<T> call, CancellationToken cancellation)
    {
        try
        {
            return await call.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (RedisException silent) when (!RedisScript.IsOurs(silent))
        {
            throw new TimeoutException($"Redis does not answer: {silent.Message}", silent);
        }
    }
}
