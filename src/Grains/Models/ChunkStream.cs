namespace Personalization.Grains.Models;

/// <summary>Bytes in pieces of 1 MiB, written once and then read any number of times: a state of hundreds of megabytes never has to be one array.</summary>
internal sealed class ChunkStream : Stream
{
    public const int ChunkBytes = 1 << 20;

    private readonly List<byte[]> _chunks = [];
    private long _length;
    private long _position;

    /// <summary>The pieces, all full but the last.</summary>
    public IReadOnlyList<byte[]> Chunks
    {
        get
        {
            var used = (int)(_length % ChunkBytes);
            if (_chunks.Count > 0 && used != 0 && _chunks[^1].Length != used) _chunks[^1] = _chunks[^1][..used];
            return _chunks;
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    /// <summary>Adds the next piece as it was stored.</summary>
    public void Add(byte[] chunk)
    {
        if (_length % ChunkBytes != 0) throw new InvalidDataException("only the last piece of a state may be short");
        _chunks.Add(chunk);
        _length += chunk.Length;
    }

    public override int Read(Span<byte> buffer)
    {
        var read = 0;
        while (read < buffer.Length && _position < _length)
        {
            var from = _chunks[(int)(_position / ChunkBytes)].AsSpan((int)(_position % ChunkBytes));
            var part = (int)Math.Min(Math.Min(from.Length, buffer.Length - read), _length - _position);
            from[..part].CopyTo(buffer[read..]);
            read += part;
            _position += part;
        }

        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 1 ? one[0] : -1;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_position != _length) throw new NotSupportedException("only at the end");
        while (!buffer.IsEmpty)
        {
            var used = (int)(_length % ChunkBytes);
            if (used == 0) _chunks.Add(new byte[ChunkBytes]);
            var part = Math.Min(ChunkBytes - used, buffer.Length);
            buffer[..part].CopyTo(_chunks[^1].AsSpan(used));
            buffer = buffer[part..];
            _position = _length += part;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void WriteByte(byte value) => Write([value]);

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => _length + offset,
    };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();
}
