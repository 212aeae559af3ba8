using System.Text;
using Personalization.Configuration;
using Personalization.Gateway.Events;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Partitions;

namespace Personalization.Gateway.Tests.Events;

/// <summary>Every rule of an event's members, and the words in which a broken one is told.</summary>
public sealed class EventValidationTests
{
    private static EventDraft Parse(string json, Action<PersonalizationOptions>? configure = null)
    {
        var options = new PersonalizationOptions();
        configure?.Invoke(options);
        var draft = Assert.Single(EventForms.ReadJson(Encoding.UTF8.GetBytes(json), options.Limits));
        EventRules.Complete(draft, TestGateway.Now, options, new PartitionMap(4));
        return draft;
    }

    /// <summary>A good event, with members added or replaced (the last of two counts).</summary>
    private static EventDraft With(string members) => Parse($$"""{"type":"productViewed","customerId":"c",{{members}}}""");

    [Theory]
    [InlineData("\"value\":\"12\"", "value must be a finite number, but is a string")]
    [InlineData("\"value\":\"NaN\"", "value must be a finite number, but is a string")]
    [InlineData("\"value\":1e400", "value must be a finite number of at most 1,000,000,000")]
    [InlineData("\"value\":1000000000.01", "value must be a finite number of at most 1,000,000,000")]
    [InlineData("\"value\":-0.01", "value must not be negative; money given back is an event of type refund")]
    [InlineData("\"value\":{\"a\":[1]}", "value must be a finite number, but is an object")]
    [InlineData("\"quantity\":0", "quantity must be a whole number from 1 to 1,000,000")]
    [InlineData("\"quantity\":1.5", "quantity must be a whole number from 1 to 1,000,000")]
    [InlineData("\"quantity\":1e9", "quantity must be a whole number from 1 to 1,000,000")]
    [InlineData("\"quantity\":true", "quantity must be a whole number, but is a boolean")]
    [InlineData("\"position\":0", "position must be a whole number from 1 to 1,000,000")]
    [InlineData("\"currency\":\"EURO\"", "currency must be a three-letter ISO 4217 code such as EUR")]
    [InlineData("\"currency\":7", "currency must be a string, but is a number")]
    [InlineData("\"eventId\":\"\"", "eventId must not be empty")]
    [InlineData("\"eventId\":\"a/b\"", "eventId must not contain '/'")]
    [InlineData("\"itemId\":\"a\\u0007\"", "itemId must not contain control characters")]
    [InlineData("\"itemId\":\"\\ud800\"", "itemId must be well-formed Unicode")]
    [InlineData("\"itemId\":[1]", "itemId must be a string, but is an array")]
    [InlineData("\"orderId\":\"a/b\"", "orderId must not contain '/'")]
    [InlineData("\"sessionId\":\"a/b\"", "sessionId must not contain '/'")]
    [InlineData("\"decisionId\":\"a/b\"", "decisionId must not contain '/'")]
    [InlineData("\"actionId\":\"a/b\"", "actionId must not contain '/'")]
    [InlineData("\"category\":\"a\\u0000b\"", "category must not contain control characters")]
    [InlineData("\"brand\":false", "brand must be a string, but is a boolean")]
    [InlineData("\"channel\":[]", "channel must be a string, but is an array")]
    [InlineData("\"query\":{}", "query must be a string, but is an object")]
    [InlineData("\"text\":1", "text must be a string, but is a number")]
    [InlineData("\"context\":[]", "context must be an object, but is an array")]
    [InlineData("\"context\":\"x\"", "context must be an object, but is a string")]
    [InlineData("\"lines\":{}", "lines must be an array, but is an object")]
    [InlineData("\"lines\":[7]", "lines[0] must be an object, but is a number")]
    [InlineData("\"lines\":[{\"itemId\":\"a\"},{}]", "lines[1].itemId is needed")]
    [InlineData("\"lines\":[{\"itemId\":\"a/b\"}]", "lines[0].itemId must not contain '/'")]
    [InlineData("\"lines\":[{\"itemId\":\"a\",\"value\":\"x\"}]", "lines[0].value must be a finite number, but is a string")]
    [InlineData("\"lines\":[{\"itemId\":\"a\",\"quantity\":-1}]", "lines[0].quantity must be a whole number from 1 to 1,000,000")]
    [InlineData("\"timestamp\":1772366400", "timestamp must be a text such as 2026-03-01T12:00:00Z, but is a number")]
    [InlineData("\"timestamp\":\"2026-03-01T12:00:00\\ud800\"", "timestamp must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"yesterday\"", "timestamp must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"2026-03-01\"", "timestamp must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"2026-03-01T12:00:00\"", "timestamp must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"1969-12-31T23:59:59Z\"", "timestamp must be after 1970-01-01T00:00:00Z")]
    [InlineData("\"timestamp\":\"1970-01-01T00:00:00Z\"", "timestamp must be after 1970-01-01T00:00:00Z")]
    [InlineData("\"timestamp\":\"2026-03-01T12:17:30Z\"", "timestamp lies 17 minutes in the future; at most 5 minutes are allowed")]
    [InlineData("\"sentAt\":\"12:00\"", "sentAt must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"2026-03-01T10:00:00Z\",\"sentAt\":\"2026-03-01T09:00:00Z\"", "timestamp lies 60 minutes in the future")]
    [InlineData("\"timestamp\":\"1990-03-01T10:00:00Z\",\"sentAt\":\"2050-03-01T09:00:00Z\"", "timestamp, corrected by sentAt, must be after 1970")]
    [InlineData("\"timestamp\":\"9999-03-01T10:00:00Z\",\"sentAt\":\"1980-03-01T09:00:00Z\"", "timestamp lies 2912383 days in the future")]
    [InlineData("\"type\":7", "type must be a string, but is a number")]
    [InlineData("\"type\":\"viewed\"", "type is not known: viewed; use custom:viewed for your own, or one of pageViewed search")]
    [InlineData("\"type\":\"custom:\"", "type is not known: custom:")]
    [InlineData("\"type\":\"custom:a/b\"", "type must not contain '/'")]
    [InlineData("\"customerId\":\"\"", "customerId must not be empty")]
    [InlineData("\"customerId\":\"a/b\"", "customerId must not contain '/'")]
    [InlineData("\"customerId\":\"anon:x\"", "customerId may not begin with 'anon:'; send the rest as anonymousId")]
    [InlineData("\"customerId\":12", "customerId must be a string, but is a number")]
    [InlineData("\"anonymousId\":\"a/b\"", "anonymousId must not contain '/'")]
    public void A_broken_rule_is_told_precisely(string members, string expected)
    {
        var draft = With(members);
        Assert.StartsWith(expected, draft.Error, StringComparison.Ordinal);
        Assert.Equal(RejectionReason.Invalid, draft.Reason);
        Assert.False(draft.Retryable);
    }

    [Theory]
    [InlineData("{}", "type is needed; customerId or anonymousId is needed")]
    [InlineData("""{"type":null,"customerId":null}""", "type is needed; customerId or anonymousId is needed")]
    [InlineData("""{"customerId":"c"}""", "type is needed")]
    [InlineData("""{"type":"search"}""", "customerId or anonymousId is needed")]
    [InlineData("""{"type":"search","customerId":7}""", "customerId must be a string, but is a number")]
    [InlineData("""{"type":7,"customerId":"c"}""", "type must be a string, but is a number")]
    [InlineData("\"text\"", "an event must be a JSON object, but is a string")]
    [InlineData("[[{}]]", "an event must be a JSON object, but is an array")]
    [InlineData("null", "an event must be a JSON object, but is null")]
    public void What_is_missing_is_told_and_nothing_twice(string json, string expected) => Assert.Equal(expected, Parse(json).Error);

    [Fact]
    public void Several_faults_are_told_at_once_but_not_without_end()
    {
        Assert.Equal("value must be a finite number, but is a string; brand must be a string, but is a number", With("\"value\":\"x\",\"brand\":1").Error);
        Assert.Equal(4, With("\"lines\":[1,2,3,4,5,6,7,8]").Error!.Count(c => c == ';'));
    }

    [Theory]
    [InlineData(256, null)]
    [InlineData(257, "itemId must be at most 256 bytes of UTF-8")]
    public void Ids_are_bounded_in_bytes(int bytes, string? expected)
    {
        Assert.Equal(expected, With($"\"itemId\":\"{new string('a', bytes)}\"").Error);
        Assert.Equal(expected, With($"\"itemId\":\"{new string('é', bytes / 2)}{new string('a', bytes % 2)}\"").Error);
    }

    [Theory]
    [InlineData("\"nonsense\":{\"deep\":[1,{\"a\":2}]},\"customer_id\":3")]
    [InlineData("\"brand\":null,\"value\":null,\"lines\":null,\"context\":null,\"timestamp\":null,\"quantity\":null,\"eventId\":null")]
    [InlineData("\"brand\":\"\",\"category\":\"\",\"query\":\"\"")]
    [InlineData("\"quantity\":2.0,\"position\":1e2")]
    [InlineData("\"timestamp\":\"2026-03-01T12:05:00Z\"")]
    [InlineData("\"timestamp\":\"2026-03-01T12:00:00.1234567891+14:00\"")]
    [InlineData("\"timestamp\":\"2026-03-01T12:00:00\\u002B01:00\"")]
    [InlineData("\"category\":\"Shoes/Boots > Winter\"")]
    [InlineData("\"type\":\"custom:quizFinished\"")]
    [InlineData("\"anonymousId\":\"v\"")]
    public void What_is_allowed_is_taken(string members) => Assert.Null(With(members).Error);

    [Fact]
    public void An_escaped_name_is_the_same_name() => Assert.Equal("b", With("\"br\\u0061nd\":\"b\"").Brand);

    [Fact]
    public void Money_is_decimal_to_the_last_digit() => Assert.Equal(0.1234567890123456789m, With("\"value\":0.1234567890123456789").Value);

    [Fact]
    public void Context_is_kept_as_it_was_written() =>
        Assert.Equal("""{"page":"home","depth":{"a":[1, 2]},"é":"\u00e9"}""", With("""  "context": {"page":"home","depth":{"a":[1, 2]},"é":"\u00e9"} , "brand":"b" """).ContextJson);

    [Fact]
    public void The_clock_of_the_producer_is_taken_out()
    {
        // Its clock is a day behind; the event happened 30 s before it was sent.
        var draft = With("\"timestamp\":\"2026-02-28T12:00:00+02:00\",\"sentAt\":\"2026-02-28T10:00:30Z\"");
        Assert.Null(draft.Error);
        Assert.Equal(TestGateway.Now.AddSeconds(-30).ToUnixTimeMilliseconds(), draft.EventTime);
        Assert.Equal(120, draft.OffsetMinutes);
    }

    [Fact]
    public void With_both_ids_the_customer_folds()
    {
        Assert.Equal("default/c", With("\"anonymousId\":\"v\"").Key.Text);
        Assert.Equal("default/anon:v", Parse("""{"type":"search","anonymousId":"v"}""").Key.Text);
    }

    [Fact]
    public void An_id_is_made_where_none_is_given_and_never_twice()
    {
        var first = With("\"brand\":\"b\"");
        var second = With("\"brand\":\"b\"");
        Assert.False(first.ProducerGaveId);
        Assert.NotEqual(first.EventId, second.EventId);
        Assert.Null(CustomerKey.IdError("eventId", first.EventId));
    }

    [Fact]
    public void Every_type_of_the_contract_is_known() => Assert.All(
        Personalization.Events.EventTypes.All,
        name => Assert.Equal(name, Personalization.Events.EventTypes.NameOf(Parse($$"""{"type":"{{name}}","customerId":"c"}""").Type)));
}
