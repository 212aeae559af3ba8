using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>A Lua script of the folder <c>Scripts</c>: sent by its hash, and whole where the server does not have it (it restarted, or it is another node).</summary>
internal sealed class RedisScript
{
    private readonly string _text;
    private readonly byte[] _hash;

    private RedisScript(string text)
    {
        _text = text;
#pragma warning disable CA5350 // EVALSHA names scripts by SHA-1; nothing is secured by it.
        _hash = SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
    }

    /// <summary>Reads a script that is embedded in this assembly.</summary>
    /// <param name="names">The names of its files without <c>.lua</c>: what scripts share comes first.</param>
    public static RedisScript Load(params string[] names) => new(string.Join('\n', names.Select(Read)));

    private static string Read(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"the script {name}.lua is not in the assembly");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Whether a script of ours raised the error, and not the server: <c>NOHEAD</c>.</summary>
    public static bool IsOurs(RedisException fault) =>
        fault is RedisServerException && fault.Message.StartsWith("NOHEAD", StringComparison.Ordinal);

    /// <summary>Puts the script into a transaction: whole, because a server that does not know it could not be told in between.</summary>
    public Task Queue(ITransaction transaction, RedisKey[] keys, RedisValue[] arguments) =>
        transaction.ExecuteAsync("EVAL", (object[])[_text, keys.Length, .. keys, .. arguments]);

    /// <summary>Runs the script. Its effects are all there or none is, and nothing else runs on the server meanwhile.</summary>
    public async Task<RedisResult> Run(IDatabase database, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await database.ScriptEvaluateAsync(_hash, keys, arguments).ConfigureAwait(false);
        }
        catch (RedisServerException missing) when (missing.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(_text, keys, arguments).ConfigureAwait(false);
        }
    }
}
