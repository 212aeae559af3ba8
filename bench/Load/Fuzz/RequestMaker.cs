using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Personalization.Load.Fuzz;

/// <summary>A request as bytes, and how it is to be answered.</summary>
/// <param name="Bytes">Head and body.</param>
/// <param name="HasAnswerBody">Whether bytes follow the head of its answer: none do for HEAD.</param>
internal readonly record struct FuzzRequest(byte[] Bytes, bool HasAnswerBody);

/// <summary>Makes requests of the contract's calls with something wrong in paths, queries, headers, bodies, or nothing at all.</summary>
internal sealed class RequestMaker(IReadOnlyList<ContractCall> calls, Random random, string host)
{
    private const int Customers = 200;
    private static readonly string[] Methods = ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "FOO"];
    private static readonly string[] Encodings = ["gzip", "br", "deflate", "zstd", "gzip, br", "identity", ","];
    private readonly JsonMutator _json = new(random);
    private int _made;

    /// <summary>The next one.</summary>
    public FuzzRequest Next()
    {
        var call = Chance(.3) ? calls.First(one => one.Path == "/v1/events") : calls[random.Next(calls.Count)];
        var head = new StringBuilder();
        var method = Chance(.01) ? Pick(Methods) : call.Method;
        head.Append(CultureInfo.InvariantCulture, $"{method} {PathOf(call)}{QueryOf(call)} HTTP/1.1\r\nHost: {host}\r\n");
        foreach (var header in call.Headers)
            if (Chance(.3)) head.Append(CultureInfo.InvariantCulture, $"{header}: {Pick(Hostile.Headers)}\r\n");
        if (Chance(.1)) head.Append(CultureInfo.InvariantCulture, $"Accept: {Pick("text/html", "application/xml", "*/*", "")}\r\n");
        var body = call.Bodies.Count == 0 ? [] : BodyOf(call, head);
        var chunked = body.Length > 0 && Chance(.05);
        if (call.Bodies.Count > 0) head.Append(chunked ? "Transfer-Encoding: chunked\r\n" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n"));
        head.Append("\r\n");
        _made++;
        return new FuzzRequest([.. Encoding.Latin1.GetBytes(head.ToString()), .. chunked ? Chunks(body) : body], method != "HEAD");
    }

    private byte[] BodyOf(ContractCall call, StringBuilder head)
    {
        var (type, example) = call.Bodies[random.Next(call.Bodies.Count)];
        var body = Encoding.UTF8.GetBytes(Text(call, type, example));
        if (call.Path == "/v1/events" && Chance(.1)) AddCloudEvent(head);
        if (Chance(.03)) type = Pick(Hostile.ContentTypes);
        if (type.Length > 0) head.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}\r\n");
        body = random.Next(40) switch
        {
            0 => [.. "\uFEFF"u8, .. body],
            1 => body[..random.Next(body.Length + 1)],
            2 when body.Length > 0 => Replaced(body),
            3 => [.. body, .. Encoding.UTF8.GetBytes(Pick("x", "\0", "{}", " \n", "]"))],
            4 => Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(body)),
            _ => body,
        };
        if (!Chance(.05)) return body;
        var encoding = Pick(Encodings);
        head.Append(CultureInfo.InvariantCulture, $"Content-Encoding: {encoding}\r\n");
        return encoding != "gzip" ? body : Chance(.7) ? Gzip(body) : Gzip(body)[..^3];
    }

    private string Text(ContractCall call, string type, JsonNode example)
    {
        var chance = Pick(0d, .1, .3, .6);
        if (type.EndsWith("ndjson", StringComparison.Ordinal)) return string.Join(Pick("\n", "\r\n", "\n\n"), Elements(example).Select(one => One(call, one, chance)));
        if (call.Path != "/v1/events" || type != "application/json" || Chance(.5)) return One(call, example, chance);
        return $"[{string.Join(',', Enumerable.Range(0, random.Next(1, 6)).Select(_ => One(call, example, chance)))}]";
    }

    /// <summary>An example, changed; an event's ids are given new values first, so that it is neither a repeat nor always the same customer's.</summary>
    private string One(ContractCall call, JsonNode example, double chance)
    {
        if (call.Path != "/v1/events") return _json.Write(example, chance);
        var value = example.DeepClone();
        foreach (var one in Elements(value).OfType<JsonObject>())
        {
            Set(one, "eventId", $"e-{random.Next()}-{_made}");
            Set(one, "id", $"e-{random.Next()}-{_made}");
            Set(one, "customerId", $"c-{random.Next(Customers)}");
            Set(one, "subject", $"c-{random.Next(Customers)}");
            one.Remove("timestamp");
            if (Chance(.3)) one["timestamp"] = DateTimeOffset.UnixEpoch.AddSeconds(random.Next(1_500_000_000, 1_760_000_000)).ToString("O", CultureInfo.InvariantCulture);
            if (Chance(.2)) one["context"] = new JsonObject { ["page"] = "home", ["n"] = random.Next(9) };
            if (Chance(.2)) one["text"] = "a text";
        }

        return _json.Write(value, chance);
    }

    private static void Set(JsonObject one, string name, string value)
    {
        if (one.ContainsKey(name)) one[name] = value;
    }

    private static IEnumerable<JsonNode> Elements(JsonNode value) => value is JsonArray elements ? elements.OfType<JsonNode>() : Enumerable.Repeat(value, 1);

    private void AddCloudEvent(StringBuilder head)
    {
        (string Name, string Value)[] attributes =
        [
            ("specversion", Pick("1.0", "1.0", "0.3", "")), ("id", $"x-{random.Next()}"), ("source", "/fuzz"), ("type", Pick("productViewed", "com.shop.search", "nonsense")),
            ("subject", Pick("c-1", "%C3%A9", "%zz", "%ff", "%ED%A0%80", "a%2Fb", "undefined")), ("time", Pick(Hostile.Times)), (Pick("x", "dataschema", "data", "datacontenttype"), Pick("1", "%", "text/plain")),
        ];
        foreach (var (name, value) in attributes)
            if (Chance(.85)) head.Append(CultureInfo.InvariantCulture, $"ce-{name}: {value}\r\n");
    }

    private string PathOf(ContractCall call)
    {
        var path = call.Path;
        for (var from = 0; path.IndexOf('{', from) is >= 0 and var open;)
        {
            var close = path.IndexOf('}', open);
            var part = Part(call.Path.Contains("customers", StringComparison.Ordinal));
            path = string.Concat(path.AsSpan(0, open), part, path.AsSpan(close + 1));
            from = open + part.Length;
        }

        return Chance(.01) ? path + Pick("/", "/x", "//") : path;
    }

    private string Part(bool ofCustomer) => random.Next(10) switch
    {
        < 6 => ofCustomer ? string.Create(CultureInfo.InvariantCulture, $"c-{random.Next(Customers)}") : string.Create(CultureInfo.InvariantCulture, $"{random.Next(40)}"),
        < 9 => Uri.EscapeDataString(Pick(Hostile.Parts)),
        _ => Pick(Hostile.RawParts),
    };

    private string QueryOf(ContractCall call)
    {
        var query = new StringBuilder();
        foreach (var name in call.Query)
        {
            if (!Chance(name == "itemId" ? .9 : .2)) continue;
            var value = name is "at" && Chance(.5) ? Pick(Hostile.Times) : Pick(Hostile.Parts);
            query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Chance(.9) ? Uri.EscapeDataString(value) : Pick(Hostile.RawParts));
        }

        return query.ToString();
    }

    private byte[] Replaced(byte[] body)
    {
        var copy = body.ToArray();
        copy[random.Next(copy.Length)] = (byte)random.Next(256);
        return copy;
    }

    private byte[] Chunks(byte[] body)
    {
        if (Chance(.1)) return Encoding.ASCII.GetBytes(Pick("zz\r\n", "-1\r\n", "FFFFFFFFF\r\n{}\r\n0\r\n\r\n", "80000000\r\n{}\r\n0\r\n\r\n"));
        var at = random.Next(1, body.Length + 1);
        var chunks = new List<byte>();
        foreach (var part in new[] { body[..at], body[at..] })
        {
            if (part.Length == 0) continue;
            chunks.AddRange(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{part.Length:x};ext=1\r\n")));
            chunks.AddRange([.. part, .. "\r\n"u8]);
        }

        return [.. chunks, .. "0\r\n\r\n"u8];
    }

    private static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(body);
        return packed.ToArray();
    }

    private bool Chance(double chance) => random.NextDouble() < chance;

    private T Pick<T>(params T[] from) => from[random.Next(from.Length)];
}
