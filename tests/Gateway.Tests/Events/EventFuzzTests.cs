using System.Text;
using CsCheck;
using Personalization.Configuration;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Partitions;

namespace Personalization.Gateway.Tests.Events;

/// <summary>Whatever bytes come in, the answer is an answer: accepted, rejected or refused, never a failure of ours.</summary>
public sealed class EventFuzzTests
{
    private static readonly string[] Seeds =
    [
        EventExamples.One,
        EventExamples.CloudEvent,
        $"[{EventExamples.One},{EventExamples.CloudEvent}]",
        """{"type":"custom:x","anonymousId":"v","context":{"a":[1,{"b":"\ud83d\ude00"}]},"value":1e-3,"quantity":2.0,"position":1,"tags":["é"]}""",
        """[{"type":"search","customerId":"c","query":"q","timestamp":"2026-03-01T12:00:00.123+01:00"},{"type":"refund","customerId":"c","value":0.01,"lines":[]}]""",
        "{\"type\":\"search\",\"customerId\":\"c\"}\n{\"type\":\"pageViewed\",\"customerId\":\"c\"}\n",
    ];

    private static readonly string[] Splices =
        ["\"", "{", "}", "[", "]", ":", ",", "null", "1e999", "-1", "\\ud800", "\\u0000", "\"customerId\":", "\"lines\":[{}]", "\"type\":\"x\"", "\n", "\u00ff", "{\"a\":", "0000", "\"2026-03-01T12:00:00Z\"", "true"];

    /// <summary>A seed with some bytes replaced, cut out, or spliced in.</summary>
    private static readonly Gen<byte[]> Bodies = Gen.Select(
        Gen.OneOf([.. Seeds.Select(Gen.Const)]),
        Gen.Select(Gen.Int[0, 2], Gen.Double[0, 1], Gen.Byte, Gen.OneOf([.. Splices.Select(Gen.Const)])).Array[0, 6],
        (seed, edits) =>
        {
            var bytes = Encoding.UTF8.GetBytes(seed).ToList();
            foreach (var (kind, place, value, splice) in edits)
            {
                var at = (int)(place * bytes.Count);
                if (kind == 0 && at < bytes.Count) bytes[at] = value;
                else if (kind == 1 && at < bytes.Count) bytes.RemoveRange(at, Math.Min(value % 16, bytes.Count - at));
                else bytes.InsertRange(at, Encoding.UTF8.GetBytes(splice));
            }

            return bytes.ToArray();
        });

    private static readonly Gen<string> Types = Gen.OneOf([.. new[] { "application/json", "application/x-ndjson", "application/cloudevents+json", "application/cloudevents-batch+json" }.Select(Gen.Const)]);

    [Fact]
    public void The_parser_answers_any_bytes_and_what_it_accepts_keeps_the_rules()
    {
        var limits = new LimitOptions();
        var options = new PersonalizationOptions();
        var map = new PartitionMap(4);
        Gen.Select(Bodies, Gen.Int[0, 3]).Sample(
            (body, form) =>
            {
                if (!System.Text.Unicode.Utf8.IsValid(body)) return;
                List<EventDraft> drafts;
                try
                {
                    drafts = form switch
                    {
                        0 => EventForms.ReadJson(body, limits),
                        1 => EventForms.ReadLines(body, limits),
                        2 => CloudEventForms.ReadStructured(body, limits),
                        _ => CloudEventForms.ReadBatch(body, limits),
                    };
                }
                catch (ProblemException problem)
                {
                    Assert.Equal(400, problem.Status);
                    return;
                }

                foreach (var draft in drafts)
                {
                    EventRules.Complete(draft, TestGateway.Now, options, map);
                    Assert.Equal(draft.Error is null, draft.Reason == RejectionReason.None);
                    if (draft.Error is not null) continue;
                    Assert.Null(CustomerKey.IdError("eventId", draft.EventId));
                    Assert.NotNull(draft.CustomerId ?? draft.AnonymousId);
                    Assert.InRange(draft.Value ?? 0, 0, JsonValues.MaxMoney);
                    Assert.InRange(draft.EventTime, 1, TestGateway.Now.AddMinutes(5).ToUnixTimeMilliseconds());
                }
            },
            iter: 5_000);
    }

    [Fact]
    public async Task The_gateway_never_fails_on_any_bytes_and_all_it_accepted_can_be_read_back()
    {
        await using var gateway = await TestGateway.Start();
        await Gen.Select(Bodies, Types).SampleAsync(
            async (body, type) =>
            {
                var answer = await gateway.Send(HttpMethod.Post, "/v1/events", TestGateway.Body(body, type));
                Assert.Contains(answer.Status, (int[])[202, 400]);
                if (answer.Status == 400) Assert.NotEmpty(answer.Problem);
            },
            iter: 500, threads: 1);
        Assert.NotEmpty(gateway.Entries);
    }

    [Theory]
    [InlineData("/v1/items", "POST")]
    [InlineData("/v1/items/a", "PUT")]
    [InlineData("/v1/customers/c/traits", "PATCH")]
    [InlineData("/v1/customers/c/consents/p", "PUT")]
    [InlineData("/v1/admin/clock", "POST")]
    public async Task Nor_does_any_other_call_that_takes_a_body(string path, string method)
    {
        await using var gateway = await TestGateway.Start(options => options.Clock = ClockKind.Event);
        await Bodies.SampleAsync(
            async body =>
            {
                var answer = await gateway.Send(new HttpMethod(method), path, TestGateway.Body(body));
                Assert.Contains(answer.Status, (int[])[200, 201, 202, 400, 413]);
                if (answer.Status >= 400) Assert.NotEmpty(answer.Problem);
            },
            iter: 60, threads: 1);
    }
}
