namespace Personalization.Load.Fuzz;

/// <summary>Values at the edges of what readers expect.</summary>
internal static class Hostile
{
    /// <summary>Numbers as JSON writes them, some of which it does not.</summary>
    public static readonly string[] Numbers =
    [
        "0", "-0", "-1", "1", "0.5", "1e400", "-1e400", "1e308", "1e-400", "5e-324", "9223372036854775808", "-9223372036854775809", "2147483648", "79228162514264337593543950336",
        "1.00000000000000000000000000001", "1000000000.000000001", "NaN", "Infinity", "01", "1.", ".5", "+1", "0x10", "1e",
    ];

    /// <summary>The insides of JSON strings.</summary>
    public static readonly string[] Texts =
    [
        "", " ", "\\u00a0", "\\u200b", "\\ufeff", "\\u0000", "\\u001f", "\\ud800", "\\udc00", "\\udc00\\ud800", "cut \\ud83d", "\\ud83d\\ude00", "\\\\ud800", "a/b", ".", "..", "../x", "%2F", "%", "anon:", "anon:x",
        "undefined", "null", "NaN", "[object Object]", "true", "0", "<script>", "'; --", "{", "\\\"", "\\u202e", "e\\u0301", new string('a', 255), new string('a', 256), new string('a', 257),
        new string('é', 128), new string('é', 129), new string('z', 5000), "custom:", "custom:x", "custom:\\ud800",
    ];

    /// <summary>Times, or nearly.</summary>
    public static readonly string[] Times =
    [
        "2026-03-01T12:00:00Z", "2026-03-01T12:00:00+05:45", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59.9999999Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.0009Z",
        "1970-01-01T00:00:00.001Z", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", "2026-03-01T23:59:60Z", "2026-03-01", "2026-03-01T12:00:00", "1772366400", "", "now",
    ];

    /// <summary>Parts of URLs and values of queries, not yet escaped.</summary>
    public static readonly string[] Parts =
    [
        "c", "c-42", "sku-1", "a b", "50%", "a/b", "é", "e\u0301", "\u200b", " ", "\U0001F600", "anon:v", "anon:", ".", "..", "...", "a;b", "a?b", "a#b", "a\\b", "\"x\"", "<b>", "\u202e", "\uffff", "\0", "\u007f", "undefined", "",
        new string('a', 256), new string('a', 257), new string('é', 129), "0", "-1", "1", "20", "101", "99999999999999999999", "1e3", "true", "TRUE", "yes", "demote", "home", "bot", "test", "replay",
        "MDpj", "MTY6", "LTE6", "AA", "_w", "MDphYmM", "!!!!",
    ];

    /// <summary>Parts of URLs that are escaped, or nearly.</summary>
    public static readonly string[] RawParts = ["%", "%zz", "%FF", "%C0%AF", "%E2%82", "%ED%A0%80", "%2f", "%252F", "%00", "..%2f..", "%2e%2e", ";p=1", "+", "~", "*", "//", "a%0d%0ab"];

    /// <summary>Values of headers.</summary>
    public static readonly string[] Headers = ["", "*", "\"1\"", "W/\"1\"", "\"1\",\"2\"", "\"", "\"99999999999999999999\"", "key-1", "key-2", "a b", "%zz", "%ff", "\u00e9", new string('k', 256), new string('k', 257)];

    /// <summary>Content types that no call has, or that some have and others do not.</summary>
    public static readonly string[] ContentTypes =
        ["text/plain", "text/plain; x=application/json", "application/json; charset=utf-16", "application/json; charset=utf-8", "application/json;", "APPLICATION/JSON", "application/x-ndjson", "application/cloudevents+json", "*/*", "multipart/form-data", "", "a/b/c"];
}
