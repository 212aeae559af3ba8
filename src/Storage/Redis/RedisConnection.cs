using System.Diagnostics;
using Personalization.Configuration;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>Opens the one connection that everything of a process shares. The host owns it.</summary>
public static class RedisConnection
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>What is wrong with a connection's settings, with the setting's full name; null if nothing is.</summary>
    public static string? Fault(RedisOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            return Options(options).EndPoints.Count > 0 ? null : $"{Names.ConfigurationSection}:Redis:Configuration names no server";
        }
        catch (ArgumentException unreadable)
        {
            return $"{Names.ConfigurationSection}:Redis:Configuration cannot be read: {unreadable.Message}";
        }
    }

    /// <summary>Connects, trying again for <see cref="RedisOptions.StartTimeout"/>. Later losses of the connection are mended by itself.</summary>
    /// <exception cref="InvalidOperationException">Redis does not answer; the message says so without the password.</exception>
    public static IConnectionMultiplexer Open(RedisOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var started = Stopwatch.GetTimestamp();
        var settings = Options(options);
        while (true)
        {
            try
            {
                var connection = ConnectionMultiplexer.Connect(settings);
                if (connection.IsConnected) return connection;
                connection.Dispose();
            }
            catch (RedisConnectionException fault) when (Stopwatch.GetElapsedTime(started) >= options.StartTimeout)
            {
                throw new InvalidOperationException(
                    $"Redis at {string.Join(", ", settings.EndPoints)} did not answer within {options.StartTimeout.TotalSeconds:0} s ({fault.FailureType}). Is it running, and is {Names.ConfigurationSection}:Redis:Configuration right?", fault);
            }
            catch (RedisConnectionException)
            {
                // It may be starting.
            }

            Thread.Sleep(Pause);
        }
    }

    /// <summary>The client's settings.</summary>
    internal static ConfigurationOptions Options(RedisOptions options)
    {
        var settings = ConfigurationOptions.Parse(options.Configuration ?? "", ignoreUnknown: false);
        settings.AsyncTimeout = settings.SyncTimeout = (int)options.Timeout.TotalMilliseconds;
        settings.AbortOnConnectFail = true;

        // The client calls CONFIG GET, which the start-up check needs, an admin's command.
        settings.AllowAdmin = true;
        settings.ClientName ??= "personalization";

        // While Redis is away a call fails at once, and callers are told at once; what must not be lost is repeated by whoever sent it.
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        settings.ReconnectRetryPolicy = new ExponentialRetry(100, 2000);
        return settings;
    }
}
