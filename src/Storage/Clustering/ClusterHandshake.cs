using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Personalization.Storage.Clustering;

/// <summary>
/// What is said on an Orleans connection before Orleans says anything: both ends prove that they know the cluster's secret, without telling it. A process without keys is not let in by a
/// silo that has some, because through it whoever reaches it would read all that the silo asks keys for.
/// </summary>
/// <remarks>
/// The opener sends <c>magic · flags · nonce</c>, the listener <c>magic · flags · nonce · signature</c>, the opener <c>signature</c>, the listener its verdict. A signature is HMAC-SHA256 over the
/// signer's side, both flags and both nonces, so that none can be used again or turned round. It proves who is there and hides nothing: what follows is not encrypted.
/// </remarks>
internal sealed partial class ClusterHandshake(ClusterSecret secret, ILogger<ClusterHandshake> logger)
{
    private const int NonceBytes = 32;
    private const int SignatureBytes = 32;
    private const int HelloBytes = 4 + 1 + NonceBytes;
    private const byte HasKeysFlag = 1;
    private const byte Welcome = 1;
    private const byte NeedsKeys = 2;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private static ReadOnlySpan<byte> Magic => "PZN1"u8;

    /// <summary>The listener's side.</summary>
    /// <param name="next">What follows once the other side is known.</param>
    /// <param name="refusesKeyless">Whether the other side must have keys where this one has.</param>
    public ConnectionDelegate Listen(ConnectionDelegate next, bool refusesKeyless) => async connection =>
    {
        if (await Try(connection, cancellation => Welcomes(connection.Transport, refusesKeyless, cancellation)).ConfigureAwait(false)) await next(connection).ConfigureAwait(false);
    };

    /// <summary>The opener's side.</summary>
    public ConnectionDelegate Open(ConnectionDelegate next) => async connection =>
    {
        if (!await Try(connection, cancellation => IsWelcome(connection.Transport, cancellation)).ConfigureAwait(false)) throw new ConnectionAbortedException("the other process is not of this cluster, or does not let this one in");
        await next(connection).ConfigureAwait(false);
    };

    private async Task<bool> Try(ConnectionContext connection, Func<CancellationToken, Task<string?>> shake)
    {
        string? refusal;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(s_patience);
        try
        {
            refusal = await shake(patience.Token).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // Whatever went wrong, nobody is let in; a secret that cannot be read for now is read again by the next connection.
            refusal = fault is OperationCanceledException ? "it said nothing" : fault.Message;
        }

        if (refusal is null) return true;
        Refused(logger, connection.RemoteEndPoint?.ToString(), refusal);
        connection.Abort(new ConnectionAbortedException(refusal));
        return false;
    }

    private async Task<string?> Welcomes(IDuplexPipe transport, bool refusesKeyless, CancellationToken cancellation)
    {
        var theirs = await Read(transport.Input, HelloBytes, cancellation).ConfigureAwait(false);
        if (!theirs.AsSpan().StartsWith(Magic)) return "it is no process of this engine";
        var ours = Hello();
        byte[] said = [.. theirs, .. ours];
        byte[] answer = [.. ours, .. secret.Sign([(byte)'L', .. said])];
        await transport.Output.WriteAsync(answer, cancellation).ConfigureAwait(false);
        var proof = await Read(transport.Input, SignatureBytes, cancellation).ConfigureAwait(false);
        if (!secret.Verify([(byte)'O', .. said], proof)) return "it does not know the cluster's secret (Personalization:Cluster:Secret)";
        var isKeyless = refusesKeyless && secret.HasKeys && (theirs[4] & HasKeysFlag) == 0;
        await transport.Output.WriteAsync((byte[])[isKeyless ? NeedsKeys : Welcome], cancellation).ConfigureAwait(false);
        return isKeyless ? "it has no keys, and this silo has: give it the same Personalization:Keys" : null;
    }

    private async Task<string?> IsWelcome(IDuplexPipe transport, CancellationToken cancellation)
    {
        var ours = Hello();
        await transport.Output.WriteAsync(ours, cancellation).ConfigureAwait(false);
        var answer = await Read(transport.Input, HelloBytes + SignatureBytes, cancellation).ConfigureAwait(false);
        var theirs = answer[..HelloBytes];
        if (!theirs.AsSpan().StartsWith(Magic)) return "it is no process of this engine";
        byte[] said = [.. ours, .. theirs];
        if (!secret.Verify([(byte)'L', .. said], answer.AsSpan(HelloBytes))) return "it does not know the cluster's secret (Personalization:Cluster:Secret)";
        await transport.Output.WriteAsync(secret.Sign([(byte)'O', .. said]), cancellation).ConfigureAwait(false);
        var verdict = await Read(transport.Input, 1, cancellation).ConfigureAwait(false);
        return verdict[0] switch
        {
            Welcome => null,
            NeedsKeys => "the silo has keys, and this process has none: give it the same Personalization:Keys",
            _ => "it answered what this program does not know",
        };
    }

    private byte[] Hello()
    {
        var hello = new byte[HelloBytes];
        Magic.CopyTo(hello);
        hello[4] = secret.HasKeys ? HasKeysFlag : (byte)0;
        RandomNumberGenerator.Fill(hello.AsSpan(5));
        return hello;
    }

    private static async Task<byte[]> Read(PipeReader input, int count, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellation).ConfigureAwait(false);
            if (read.Buffer.Length >= count)
            {
                var taken = read.Buffer.Slice(0, count);
                var bytes = taken.ToArray();
                input.AdvanceTo(taken.End);
                return bytes;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted) throw new InvalidDataException("it closed the connection before it had proved itself");
        }
    }

    [LoggerMessage(EventId = 3121, Level = LogLevel.Warning, Message = "A connection with {Peer} between processes of the cluster is refused: {Reason}")]
    private static partial void Refused(ILogger logger, string? peer, string reason);
}
