using System.Globalization;
using System.Text.Json;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Items;

/// <summary>Splits a body into items: an array, one object, or one a line.</summary>
internal sealed class ItemBatch(LimitOptions limits, DateTime updatedAt)
{
    /// <summary>The good ones, with their places.</summary>
    public List<(int Index, CatalogItem Item)> Items { get; } = [];

    /// <summary>The bad ones.</summary>
    public List<RejectedItem> Rejected { get; } = [];

    private int Count => Items.Count + Rejected.Count;

    /// <summary>Reads an array of items, or one.</summary>
    /// <exception cref="ProblemException">The bytes are not JSON, or hold too many.</exception>
    public void ReadJson(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
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

    /// <summary>Reads one item a line; a line that is not JSON is rejected alone.</summary>
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
                var reader = new Utf8JsonReader(line);
                reader.Read();
                Add(ref reader);
                reader.Read();
            }
            catch (JsonException fault)
            {
                Items.RemoveAll(item => item.Index == before);
                Rejected.RemoveAll(item => item.Index == before);
                Rejected.Add(new RejectedItem(before, $"the line is not valid JSON: {JsonFaults.Describe(fault)}"));
            }
        }
    }

    /// <summary>Takes an item back, with the reason.</summary>
    public void Reject(int index, string error)
    {
        Items.RemoveAll(item => item.Index == index);
        Rejected.Add(new RejectedItem(index, error));
    }

    private void Add(ref Utf8JsonReader reader)
    {
        if (Count >= limits.BatchEvents) throw ProblemException.TooLarge(string.Create(CultureInfo.InvariantCulture, $"a request may hold at most {limits.BatchEvents:N0} items"));
        var index = Count;
        var start = reader.TokenStartIndex;
        var item = ItemParser.Read(ref reader, null, updatedAt, out var error);
        var length = reader.BytesConsumed - start;
        if (length > limits.EventBytes) error = $"the item is {length} bytes of JSON; at most {limits.EventBytes} are allowed";
        if (error is null) Items.Add((index, item!));
        else Rejected.Add(new RejectedItem(index, error));
    }
}

/// <summary>What became of a request's items.</summary>
/// <param name="Accepted">How many were written.</param>
/// <param name="Rejected">Those that were not, with the reason.</param>
public sealed record ItemBatchResponse(int Accepted, IReadOnlyList<RejectedItem> Rejected);

/// <summary>An item that was not accepted.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Error">What is wrong.</param>
public sealed record RejectedItem(int Index, string Error);

/// <summary>A page of the catalogue.</summary>
/// <param name="Items">Items in the order of their ids.</param>
/// <param name="Next">The cursor of the next page; null = there is none.</param>
public sealed record ItemListResponse(IReadOnlyList<CatalogItem> Items, string? Next);
