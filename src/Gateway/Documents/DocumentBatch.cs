using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;

namespace Personalization.Gateway.Documents;

/// <summary>Reads one thing from the value that the reader stands on, to its end. What is wrong with it is in <paramref name="fault"/>; then the answer is null.</summary>
/// <param name="reader">Stands on the value's first token.</param>
/// <param name="id">The id of the URL; null = it must bring its own.</param>
/// <param name="fault">What is wrong, or null.</param>
/// <exception cref="JsonException">The bytes are not JSON.</exception>
internal delegate T? DocumentReader<T>(ref Utf8JsonReader reader, string? id, out DocumentFault? fault)
    where T : class;

/// <summary>What is wrong with a thing that was sent.</summary>
/// <param name="Error">What, with the member's name.</param>
/// <param name="Column">Where in an expression, from 1; null = it is not in an expression.</param>
internal sealed record DocumentFault(string Error, int? Column = null);

/// <summary>Splits a body into things: an array, one object, or one a line.</summary>
/// <param name="noun">What they are called, in the plural.</param>
/// <param name="limits">Bounds on the request.</param>
/// <param name="read">Reads one.</param>
internal sealed class DocumentBatch<T>(string noun, LimitOptions limits, DocumentReader<T> read)
    where T : class
{
    /// <summary>The good ones, with their places.</summary>
    public List<(int Index, T Value)> Accepted { get; } = [];

    /// <summary>The bad ones.</summary>
    public List<RejectedDocument> Rejected { get; } = [];

    private int Count => Accepted.Count + Rejected.Count;

    /// <summary>Reads an array, or one.</summary>
    /// <exception cref="ProblemException">The bytes are not JSON, or hold too many.</exception>
    public void ReadJson(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = JsonBody.Reader(body);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray) Add(ref reader);
            else
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) Add(ref reader);
            reader.Read();
        }
        catch (JsonException fault)
        {
            throw ProblemException.BadJson(fault);
        }
    }

    /// <summary>Reads one a line; a line that is not JSON is rejected alone.</summary>
    /// <exception cref="ProblemException">There are too many.</exception>
    public void ReadLines(ReadOnlySpan<byte> body)
    {
        foreach (var range in body.Split((byte)'\n'))
        {
            var line = body[range].Trim(" \t\r"u8);
            if (line.IsEmpty) continue;
            var before = Count;
            try
            {
                var reader = JsonBody.Reader(line);
                reader.Read();
                Add(ref reader);
                reader.Read();
            }
            catch (JsonException fault)
            {
                Accepted.RemoveAll(one => one.Index == before);
                Rejected.RemoveAll(one => one.Index == before);
                Rejected.Add(new RejectedDocument(before, $"the line is not valid JSON: {JsonFaults.Describe(fault)}"));
            }
        }
    }

    /// <summary>Takes one back, with the reason.</summary>
    public void Reject(int index, DocumentFault fault)
    {
        Accepted.RemoveAll(one => one.Index == index);
        Rejected.Add(new RejectedDocument(index, fault.Error, fault.Column));
    }

    private void Add(ref Utf8JsonReader reader)
    {
        if (Count >= limits.BatchEvents) throw ProblemException.TooLarge(string.Create(CultureInfo.InvariantCulture, $"a request may hold at most {limits.BatchEvents:N0} {noun}"));
        var index = Count;
        var start = reader.TokenStartIndex;
        var value = read(ref reader, null, out var fault);
        var length = reader.BytesConsumed - start;
        if (length > limits.EventBytes) fault = new DocumentFault($"it is {length} bytes of JSON; at most {limits.EventBytes} are allowed");
        if (fault is null) Accepted.Add((index, value!));
        else Rejected.Add(new RejectedDocument(index, fault.Error, fault.Column));
    }
}

/// <summary>What became of what a request brought.</summary>
/// <param name="Accepted">How many were written.</param>
/// <param name="Rejected">Those that were not, with the reason.</param>
public sealed record DocumentBatchResponse(int Accepted, IReadOnlyList<RejectedDocument> Rejected);

/// <summary>One that was not accepted.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Error">What is wrong.</param>
/// <param name="Column">Where in an expression, from 1; left out where the fault is elsewhere.</param>
public sealed record RejectedDocument(int Index, string Error, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Column = null);
