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
    [InlineData("\"lines\":[{\"itemId\":\"a\\u0007\"}]", "lines[0].itemId must not contain control characters")]
    [InlineData("\"lines\":[{\"itemId\":\"\"}]", "lines[0].itemId is needed")]
    [InlineData("\"lines\":[{\"itemId\":\"NaN\"}]", "lines[0].itemId is 'NaN', which programs write where they have no id")]
    [InlineData("\"lines\":[{\"itemId\":\"a\",\"value\":\"x\"}]", "lines[0].value must be a finite number, but is a string")]
    [InlineData("\"lines\":[{\"itemId\":\"a\",\"quantity\":-1}]", "lines[0].quantity must be a whole number from 1 to 1,000,000")]
    [InlineData("\"timestamp\":1772366400", "timestamp must be a text such as 2026-03-01T12:00:00Z, but is a number")]
    [InlineData("\"timestamp\":\"2026-03-01T12:00:00\\ud800\"", "timestamp must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"yesterday\"", "timestamp must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"2026-03-01\"", "timestamp must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"2026-03-01T12:00:00\"", "timestamp must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"1969-12-31T23:59:59Z\"", "timestamp must be after 1970-01-01T00:00:00Z")]
    [InlineData("\"timestamp\":\"1970-01-01T00:00:00Z\"", "timestamp must be after 1970-01-01T00:00:00Z")]
    [InlineData("\"timestamp\":\"2026-03-01T12:17:30Z\"", "timestamp lies 17.5 minutes in the future; at most 5 minutes are allowed")]
    [InlineData("\"sentAt\":\"12:00\"", "sentAt must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"2026-03-01T13:00:00Z\",\"sentAt\":\"2026-03-01T11:59:00Z\"", "timestamp lies 60 minutes in the future; at most 5 minutes are allowed")]
    [InlineData("\"timestamp\":\"2026-03-11T12:00:00Z\",\"sentAt\":\"2026-03-01T12:00:01Z\"", "timestamp lies 10 days in the future of sentAt")]
    [InlineData("\"timestamp\":\"1970-01-01T00:00:00.0009Z\"", "timestamp must be after 1970-01-01T00:00:00Z")]
    [InlineData("\"timestamp\":\"0001-01-01T00:00:00Z\"", "timestamp must be after 1970-01-01T00:00:00Z")]
    [InlineData("\"timestamp\":\"\"", "timestamp must be an ISO 8601 time with an offset")]
    [InlineData("\"timestamp\":\"1990-03-01T10:00:00Z\",\"sentAt\":\"2050-03-01T09:00:00Z\"", "timestamp, corrected by sentAt, must be after 1970")]
    [InlineData("\"timestamp\":\"9999-03-01T10:00:00Z\",\"sentAt\":\"1980-03-01T09:00:00Z\"", "timestamp lies 2928879 days in the future of sentAt")]
    [InlineData("\"type\":7", "type must be a string, but is a number")]
    [InlineData("\"type\":\"viewed\"", "type is not known: viewed; use custom:viewed for your own, or one of pageViewed search")]
    [InlineData("\"type\":\"custom:\"", "type is not known: custom:")]
    [InlineData("\"type\":\"custom:a/b\"", "type must not contain '/'")]
    [InlineData("\"customerId\":\"\"", "customerId or anonymousId is needed")]
    [InlineData("\"customerId\":\"\",\"anonymousId\":\"\"", "customerId or anonymousId is needed")]
    [InlineData("\"customerId\":\"null\"", "customerId is 'null', which programs write where they have no id (Personalization:Limits:BlockedIds)")]
    [InlineData("\"customerId\":null,\"anonymousId\":\"[object Object]\"", "anonymousId is '[object Object]'")]
    [InlineData("\"customerId\":\"None\",\"anonymousId\":\"undefined\"", "customerId is 'None'")]
    [InlineData("\"customerId\":\" \\u00a0\"", "customerId must hold a character that can be seen")]
    [InlineData("\"customerId\":\"\\u200b\\u2060\\ufeff\"", "customerId must hold a character that can be seen")]
    [InlineData("\"orderId\":\"\\u3164\\ufe0f\"", "orderId must hold a character that can be seen")]
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
    [InlineData("\"brand\":\"\",\"category\":\"\",\"query\":\"\",\"currency\":\"\"")]
    [InlineData("\"eventId\":\"\",\"itemId\":\"\",\"orderId\":\"\",\"sessionId\":\"\",\"decisionId\":\"\",\"actionId\":\"\",\"anonymousId\":\"\"")]
    [InlineData("\"itemId\":\"LENS_70-200/2.8\",\"lines\":[{\"itemId\":\"a/b/c\"}]")]
    [InlineData("\"eventId\":\"0\",\"itemId\":\"\\u00a0x\"")]
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

    /// <summary>Received at 12:00. A clock that is ahead shows at once; one that is behind cannot be told from time on the way, unless that would have been too long.</summary>
    [Theory]
    [InlineData("2026-03-01T11:00:00Z", "2026-03-01T11:00:02Z", "2026-03-01T11:00:00Z")] // an hour on the way
    [InlineData("2026-02-22T12:00:05Z", "2026-02-22T12:00:10Z", "2026-02-22T12:00:05Z")] // nearly seven days
    [InlineData("2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z")]
    [InlineData("2026-03-01T12:59:30Z", "2026-03-01T13:00:00Z", "2026-03-01T11:59:30Z")] // an hour ahead
    [InlineData("2036-03-01T12:00:00Z", "2036-03-01T12:10:00Z", "2026-03-01T11:50:00Z")] // ten years ahead
    [InlineData("2026-02-22T11:58:00Z", "2026-02-22T11:59:00Z", "2026-03-01T11:59:00Z")] // more than seven days behind
    [InlineData("1980-01-01T00:00:00Z", "1980-01-01T00:00:30Z", "2026-03-01T11:59:30Z")]
    public void A_wrong_clock_is_taken_out_and_time_on_the_way_is_not(string timestamp, string sentAt, string expected)
    {
        var draft = With($"\"timestamp\":\"{timestamp}\",\"sentAt\":\"{sentAt}\"");
        Assert.Null(draft.Error);
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), draft.EventTime);
    }

    [Fact]
    public void The_offset_of_the_producer_is_kept() =>
        Assert.Equal(120, With("\"timestamp\":\"2026-02-28T12:00:00+02:00\",\"sentAt\":\"2026-02-28T10:00:30Z\"").OffsetMinutes);

    [Fact]
    public void A_blocked_id_beside_a_good_one_is_left_out_and_told()
    {
        var draft = With("\"customerId\":\"undefined\",\"anonymousId\":\"v\",\"itemId\":\"null\",\"orderId\":\"nil\",\"eventId\":\"NaN\"");
        Assert.Null(draft.Error);
        Assert.Equal(("default/anon:v", null, null, false, 4), (draft.Key.Text, draft.ItemId, draft.OrderId, draft.ProducerGaveId, draft.DroppedIds));
        Assert.StartsWith("customerId is 'undefined', which programs write where they have no id (Personalization:Limits:BlockedIds); it was left out; eventId is 'NaN'", draft.Warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"text\":\"cut \\ud83d\"", "cut \ufffd")]
    [InlineData("\"text\":\"\\udc00\\ud83d\\ude00\\ud800\\\\ud800\"", "\ufffd\U0001F600\ufffd\\ud800")]
    public void Half_a_surrogate_pair_in_a_text_costs_the_character_and_not_the_event(string members, string expected)
    {
        var draft = With(members);
        Assert.Equal((null, expected), (draft.Error, draft.Text));
        Assert.StartsWith("text held half of a surrogate pair", draft.Warning, StringComparison.Ordinal);
        Assert.Equal("a\ufffd", With("\"category\":\"a\\uDFFF\"").Category);
    }

    [Fact]
    public void A_decision_of_the_longest_customer_id_can_be_named()
    {
        var customer = CustomerKey.Create("default", CustomerKeyKind.Anonymous, new string('é', 128));
        var id = Personalization.Decisions.DecisionId.Make(customer, Personalization.Decisions.DecisionId.NewShort(new byte[16]), new byte[32]);
        Assert.InRange(id.Length, CustomerKey.MaxIdBytes + 1, Personalization.Decisions.DecisionId.MaxLength);
        Assert.Equal((null, id), (With($"\"decisionId\":\"{id}\"").Error, With($"\"decisionId\":\"{id}\"").DecisionId));
        Assert.Equal("decisionId must be at most 512 bytes of UTF-8", With($"\"decisionId\":\"{new string('a', 513)}\"").Error);
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
