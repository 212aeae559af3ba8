using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Personalization.Load.Http;

/// <summary>
/// One keep-alive HTTP/1.1 connection, one request at a time, with nothing between the caller and the socket. Client and server share the machine,
/// so whatever the client costs is taken from what is measured; <see cref="HttpClient"/> costs several times as much a request.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _host;
    private readonly ArrayBufferWriter<byte> _request = new(4096);
    private byte[] _received = new byte[16 * 1024];
    private byte[] _body = new byte[16 * 1024];
    private int _start;
    private int _end;
    private int _bodyLength;

    private HttpConnection(Socket socket, string host)
    {
        _socket = socket;
        _host = Encoding.ASCII.GetBytes(host);
    }

    /// <summary>The last answer's body; valid until the next request.</summary>
    public ReadOnlyMemory<byte> Body => _body.AsMemory(0, _bodyLength);

    /// <summary>Whether the last answer is a problem document, by its content type.</summary>
    public bool IsProblem { get; private set; }

    /// <summary>Whether the last answer is JSON, by its content type; a problem document is.</summary>
    public bool IsJson { get; private set; }

    /// <summary>Whether the server closes the connection after the last answer.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The last answer's body as text, for messages.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Connects.</summary>
    public static async Task<HttpConnection> Connect(Uri server, CancellationToken cancellation = default)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, cancellation);
            return new HttpConnection(socket, server.Authority);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a JSON body. Answers the status.</summary>
    public ValueTask<int> Post(string path, ReadOnlyMemory<byte> body, CancellationToken cancellation = default) => Send("POST "u8, path, body, cancellation);

    /// <summary>Gets. Answers the status.</summary>
    public ValueTask<int> Get(string path, CancellationToken cancellation = default) => Send("GET "u8, path, ReadOnlyMemory<byte>.Empty, cancellation);

    /// <summary>Sends bytes as they are. Answers the status.</summary>
    public ValueTask<int> Send(ReadOnlySpan<byte> request, bool hasAnswerBody, CancellationToken cancellation = default)
    {
        _request.ResetWrittenCount();
        _request.Write(request);
        return Exchange(cancellation, hasAnswerBody);
    }

    public void Dispose() => _socket.Dispose();

    private ValueTask<int> Send(ReadOnlySpan<byte> method, string path, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        _request.ResetWrittenCount();
        _request.Write(method);
        Encoding.ASCII.GetBytes(path, _request);
        _request.Write(" HTTP/1.1\r\nHost: "u8);
        _request.Write(_host);
        if (method[0] == (byte)'P')
        {
            _request.Write("\r\nContent-Type: application/json\r\nContent-Length: "u8);
            Span<byte> digits = stackalloc byte[12];
            Utf8Formatter.TryFormat(body.Length, digits, out var written);
            _request.Write(digits[..written]);
        }

        _request.Write("\r\n\r\n"u8);
        _request.Write(body.Span);
        return Exchange(cancellation);
    }

    private async ValueTask<int> Exchange(CancellationToken cancellation, bool hasAnswerBody = true)
    {
        for (var sent = 0; sent < _request.WrittenCount;) sent += await _socket.SendAsync(_request.WrittenMemory[sent..], cancellation);

        int head;
        while ((head = _received.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0) await Receive(cancellation);
        var (status, length) = ReadHead(_received.AsSpan(_start, head));
        _start += head + 4;
        _bodyLength = 0;
        if (!hasAnswerBody) return status;
        if (length >= 0) await Take(length, cancellation);
        else await TakeChunks(cancellation);
        return status;
    }

    /// <summary>Status and content length; −1 = chunked.</summary>
    private (int Status, int Length) ReadHead(ReadOnlySpan<byte> head)
    {
        (IsProblem, IsJson, IsClosed) = (false, false, false);
        var length = 0;
        var text = Encoding.ASCII.GetString(head);
        var status = int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) length = int.Parse(line[15..].Trim(), CultureInfo.InvariantCulture);
            else if (line.StartsWith("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)) length = -1;
            else if (line.StartsWith("Content-Type: application/problem+json", StringComparison.OrdinalIgnoreCase)) IsProblem = IsJson = true;
            else if (line.StartsWith("Content-Type: application/json", StringComparison.OrdinalIgnoreCase)) IsJson = true;
            else if (line.StartsWith("Connection: close", StringComparison.OrdinalIgnoreCase)) IsClosed = true;
        }

        return (status, length);
    }

    private async ValueTask TakeChunks(CancellationToken cancellation)
    {
        while (true)
        {
            int line;
            while ((line = _received.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0) await Receive(cancellation);
            if (!Utf8Parser.TryParse(_received.AsSpan(_start, line), out int size, out _, 'x')) throw new InvalidDataException("a chunk without a length");
            _start += line + 2;
            await Take(size, cancellation);
            while (_end - _start < 2) await Receive(cancellation);
            _start += 2;
            if (size == 0) return;
        }
    }

    /// <summary>Moves bytes of the answer into the body.</summary>
    private async ValueTask Take(int count, CancellationToken cancellation)
    {
        if (_bodyLength + count > _body.Length) Array.Resize(ref _body, Math.Max(_body.Length * 2, _bodyLength + count));
        while (count > 0)
        {
            if (_start == _end) await Receive(cancellation);
            var take = Math.Min(count, _end - _start);
            _received.AsSpan(_start, take).CopyTo(_body.AsSpan(_bodyLength));
            _start += take;
            _bodyLength += take;
            count -= take;
        }
    }

    private async ValueTask Receive(CancellationToken cancellation)
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_end == _received.Length)
        {
            if (_start == 0) Array.Resize(ref _received, _received.Length * 2);
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
        }

        var read = await _socket.ReceiveAsync(_received.AsMemory(_end), cancellation);
        if (read == 0) throw new IOException("the server closed the connection");
        _end += read;
    }
}
