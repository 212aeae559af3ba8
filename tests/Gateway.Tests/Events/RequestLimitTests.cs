using System.IO.Compression;
using System.Text;
using Personalization.Gateway.Tests.Hosting;

namespace Personalization.Gateway.Tests.Events;

public sealed class RequestLimitTests
{
    private const string Event = """{"type":"pageViewed","customerId":"c"}""";

    public static TheoryData<string> Encodings => ["gzip", "br", "deflate"];

    private static byte[] Compress(string encoding, ReadOnlySpan<byte> bytes)
    {
        using var buffer = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(buffer, CompressionLevel.SmallestSize),
            "br" => new BrotliStream(buffer, CompressionLevel.Fastest),
            _ => new ZLibStream(buffer, CompressionLevel.SmallestSize),
        })
            stream.Write(bytes);
        return buffer.ToArray();
    }

    private static Task<Answer> SendCompressed(TestGateway gateway, string encoding, byte[] bytes) =>
        gateway.Send(HttpMethod.Post, "/v1/events", TestGateway.Body(bytes), ("Content-Encoding", encoding));

    [Theory, MemberData(nameof(Encodings))]
    public async Task A_compressed_body_is_read(string encoding)
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(202, (await SendCompressed(gateway, encoding, Compress(encoding, Encoding.UTF8.GetBytes(Event)))).Status);
        Assert.Single(gateway.Log.Items);
    }

    [Theory, MemberData(nameof(Encodings))]
    public async Task A_bomb_is_refused_by_what_it_becomes(string encoding)
    {
        await using var gateway = await TestGateway.Start();
        var bomb = Compress(encoding, new byte[64 << 20]);
        Assert.True(bomb.Length < gateway.Options.Limits.RequestBytes);
        var answer = await SendCompressed(gateway, encoding, bomb);
        Assert.Equal(413, answer.Status);
        Assert.Contains("1048576 bytes", answer.Problem, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Encodings))]
    public async Task A_damaged_or_shortened_body_is_told(string encoding)
    {
        await using var gateway = await TestGateway.Start();
        var bytes = Compress(encoding, Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 200).Select(i => $$"""{"type":"pageViewed","customerId":"c{{i}}"}"""))}]"));
        Assert.Equal(400, (await SendCompressed(gateway, encoding, bytes[..(bytes.Length / 2)])).Status);
        Assert.Equal(400, (await SendCompressed(gateway, encoding, [.. Encoding.UTF8.GetBytes(Event)])).Status);
        Assert.Empty(gateway.Log.Items);
    }

    [Fact]
    public async Task A_gzip_body_that_was_cut_between_lines_is_no_shorter_body()
    {
        await using var gateway = await TestGateway.Start();
        var whole = Compress("gzip", Encoding.UTF8.GetBytes(Event + "\n"));
        var answer = await gateway.Send(HttpMethod.Post, "/v1/events", TestGateway.Body(whole[..^6], "application/x-ndjson"), ("Content-Encoding", "gzip"));
        Assert.Equal(400, answer.Status);
        Assert.Empty(gateway.Log.Items);
    }

    [Fact]
    public async Task A_body_of_just_the_bound_is_taken_and_one_byte_more_is_not()
    {
        await using var gateway = await TestGateway.Start();
        var bound = gateway.Options.Limits.RequestBytes;
        Assert.Equal(202, (await gateway.PostEvents(Event + new string(' ', bound - Event.Length))).Status);
        Assert.Equal(413, (await gateway.PostEvents(Event + new string(' ', bound - Event.Length + 1))).Status);
    }

    [Fact]
    public async Task An_event_beyond_its_bound_is_rejected_alone()
    {
        await using var gateway = await TestGateway.Start();
        var large = $$"""{"type":"pageViewed","customerId":"c","text":"{{new string('x', 32 << 10)}}"}""";
        foreach (var (body, type) in new[] { ($"[{Event},{large}]", "application/json"), ($"{Event}\n{large}", "application/x-ndjson") })
        {
            var answer = await gateway.PostEvents(body, type);
            Assert.Equal(202, answer.Status);
            Assert.Contains("at most 32768 are allowed", Assert.Single(answer.Json.GetProperty("rejected").EnumerateArray()).GetProperty("error").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(400, (await gateway.PostEvents(large)).Status);
        Assert.Equal(2, gateway.Log.Items.Count);
    }

    [Theory]
    [InlineData("application/json", "[", ",", "]")]
    [InlineData("application/x-ndjson", "", "\n", "\n")]
    public async Task A_request_holds_a_thousand_events_and_not_one_more(string type, string open, string separator, string close)
    {
        await using var gateway = await TestGateway.Start();
        string Of(int events) => open + string.Join(separator, Enumerable.Repeat(Event, events)) + close;
        var answer = await gateway.PostEvents(Of(1000), type);
        Assert.Equal(1000, answer.Json.GetProperty("accepted").GetInt32());
        answer = await gateway.PostEvents(Of(1001), type);
        Assert.Equal(413, answer.Status);
        Assert.Contains("at most 1,000 events", answer.Problem, StringComparison.Ordinal);
        Assert.Equal(1000, gateway.Log.Items.Count);
    }

    [Theory]
    [InlineData("text/plain", "Content-Type must be")]
    [InlineData("application/xml", "Content-Type must be")]
    public async Task Another_content_type_is_told(string type, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.PostEvents(Event, type);
        Assert.Equal(415, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_encoding_is_told()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(415, (await SendCompressed(gateway, "zstd", [1, 2, 3])).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \n ")]
    public async Task An_empty_body_is_told(string body)
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(400, (await gateway.PostEvents(body)).Status);
        Assert.Equal(400, (await gateway.PostEvents(body, "application/x-ndjson")).Status);
    }

    [Fact]
    public async Task An_empty_array_is_nothing_to_do()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal("""{"accepted":0,"rejected":[],"eventIds":[]}""", (await gateway.PostEvents("[]")).Text);
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_told_and_a_byte_order_mark_is_not()
    {
        await using var gateway = await TestGateway.Start();
        var latin = Encoding.Latin1.GetBytes("""{"type":"search","customerId":"c","query":"é"}""");
        Assert.Equal(400, (await gateway.Send(HttpMethod.Post, "/v1/events", TestGateway.Body(latin))).Status);
        Assert.Equal(202, (await gateway.PostEvents("\uFEFF" + Event)).Status);
    }

    [Fact]
    public async Task Lines_sent_as_JSON_get_a_hint()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.PostEvents(Event + "\n" + Event);
        Assert.Equal(400, answer.Status);
        Assert.Contains("application/x-ndjson", answer.Json.GetProperty("hint").GetString(), StringComparison.Ordinal);
    }
}
