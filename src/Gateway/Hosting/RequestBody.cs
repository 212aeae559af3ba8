using System.Buffers;
using System.IO.Compression;
using System.Text.Unicode;
using Personalization.Gateway.Json;
using Personalization.Gateway.Telemetry;

namespace Personalization.Gateway.Hosting;

/// <summary>
/// A request's whole body in a pooled buffer: decompressed, bounded after decompression, and known to be UTF-8. Disposing gives the
/// buffer back, after which <see cref="Bytes"/> must not be touched.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBuffer = 8 * 1024;
    private byte[] _buffer;
    private readonly int _start;
    private readonly int _end;

    private RequestBody(byte[] buffer, int start, int end)
    {
        _buffer = buffer;
        _start = start;
        _end = end;
    }

    /// <summary>The bytes, without a byte order mark.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Reads the body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">The most bytes.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <param name="mayBeEmpty">Whether a request without a body says something.</param>
    /// <remarks>Halves of surrogate pairs are counted here, whichever call the body is for; what becomes of them is the readers' business.</remarks>
    /// <exception cref="ProblemException">It is empty, larger than <paramref name="limit"/>, damaged, in an unknown encoding, or not UTF-8.</exception>
    public static async ValueTask<RequestBody> Read(HttpRequest request, int limit, CancellationToken cancellation, bool mayBeEmpty = false)
    {
        var body = await ReadDecoded(request, limit, mayBeEmpty, cancellation);
        if (LoneSurrogates.Count(body.Bytes.Span) is > 0 and var halves) request.HttpContext.RequestServices.GetRequiredService<GatewayMetrics>().HalfSurrogates(halves);
        return body;
    }

    private static async ValueTask<RequestBody> ReadDecoded(HttpRequest request, int limit, bool mayBeEmpty, CancellationToken cancellation)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 && request.ContentLength > limit) throw TooLarge(limit);
        Stream? decompressed = encoding.ToUpperInvariant() switch
        {
            "" or "IDENTITY" => null,
            "GZIP" or "X-GZIP" => new GZipStream(request.Body, CompressionMode.Decompress),
            "BR" => new BrotliStream(request.Body, CompressionMode.Decompress),
            "DEFLATE" => new ZLibStream(request.Body, CompressionMode.Decompress),
            _ => throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "The content encoding is not known", "Content-Encoding must be gzip, br, deflate or identity"),
        };
        if (decompressed is null) return await ReadAll(request.Body, (int)(request.ContentLength ?? 0), limit, mayBeEmpty, cancellation);
        await using (decompressed)
        {
            try
            {
                return await ReadAll(decompressed, 0, limit, mayBeEmpty, cancellation);
            }
            catch (Exception fault) when (fault is InvalidDataException or InvalidOperationException)
            {
                // Brotli tells damage as InvalidOperationException.
                throw ProblemException.BadRequest($"the {encoding} body is damaged");
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    private static async ValueTask<RequestBody> ReadAll(Stream stream, int expected, int limit, bool mayBeEmpty, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(expected + 1, FirstBuffer));
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
                if (read == 0) break;
                length += read;
                if (length > limit) throw TooLarge(limit);
            }

            var start = buffer.AsSpan(0, length).StartsWith("\uFEFF"u8) ? 3 : 0;
            if (!mayBeEmpty && buffer.AsSpan(start, length - start).TrimStart(" \t\r\n"u8).IsEmpty) throw ProblemException.BadRequest("the body is empty");
            if (!Utf8.IsValid(buffer.AsSpan(start, length - start))) throw ProblemException.BadRequest("the body must be UTF-8");
            var body = new RequestBody(buffer, start, length);
            buffer = [];
            return body;
        }
        catch (IOException fault) when (fault.InnerException is OverflowException)
        {
            // What Kestrel makes of a chunk that says that it has 2 GiB or more; of every other bad chunk it makes a 400 itself.
            throw ProblemException.BadRequest("a chunk of the body is larger than any may be");
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ProblemException TooLarge(int limit) => ProblemException.TooLarge($"the body is larger than {limit} bytes, the most that this call takes after decompression");
}
