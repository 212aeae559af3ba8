using System.Text.Json;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Gateway.Tests.Events;

public sealed class BackPressureTests
{
    private static readonly PartitionMap Map = new(4);

    private static string CustomerOf(int partition) =>
        Enumerable.Range(0, 1000).Select(i => $"c{i}").First(id => Map.PartitionOf(CustomerKey.Create("default", CustomerKeyKind.Customer, id)) == partition);

    private static string EventOf(int partition) => $$"""{"type":"pageViewed","customerId":"{{CustomerOf(partition)}}"}""";

    [Theory]
    [InlineData(50_001, 0, "50001 entries behind")]
    [InlineData(0, 31, "31 seconds behind")]
    public async Task A_partition_that_is_behind_answers_429_with_a_time_to_wait(long lag, double age, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var partition = gateway.Grains.Partition(1);
        partition.Status = partition.Status with { Tail = lag, AgeSeconds = age };
        await gateway.PollOwners();

        var answer = await gateway.PostEvents(EventOf(1));
        Assert.Equal(429, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
        Assert.Equal("2", answer.Headers["Retry-After"]);
        Assert.True(answer.Json.GetProperty("rejected")[0].GetProperty("retryable").GetBoolean());
        Assert.Equal(202, (await gateway.PostEvents(EventOf(2))).Status);

        partition.Status = partition.Status with { Tail = 0, AgeSeconds = 0 };
        await gateway.PollOwners();
        Assert.Equal(202, (await gateway.PostEvents(EventOf(1))).Status);
    }

    [Fact]
    public async Task Only_the_affected_members_of_a_request_are_put_off()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Partition(1).Status = new PartitionStatus { Partition = 1, Tail = 60_000 };
        await gateway.PollOwners();
        var answer = await gateway.PostEvents($"[{EventOf(0)},{EventOf(1)},{EventOf(2)}]");
        Assert.Equal(202, answer.Status);
        var rejected = Assert.Single(answer.Json.GetProperty("rejected").EnumerateArray());
        Assert.Equal(1, rejected.GetProperty("index").GetInt32());
        Assert.True(rejected.GetProperty("retryable").GetBoolean());
    }

    [Fact]
    public async Task A_customer_with_too_many_ids_is_put_off_alone_and_taken_after_the_time_that_it_was_told()
    {
        await using var gateway = await TestGateway.Start();
        var customer = CustomerOf(1);
        gateway.Grains.Partition(1).Status = new PartitionStatus
        {
            Partition = 1,
            Throttled = [CustomerKey.Create("default", CustomerKeyKind.Customer, customer)],
            ThrottledUntil = [gateway.Time.GetUtcNow().AddSeconds(431.2).ToUnixTimeMilliseconds()],
        };
        await gateway.PollOwners();
        var refused = await gateway.PostEvents(EventOf(1));
        Assert.Equal((429, "432"), (refused.Status, refused.Headers["Retry-After"]));
        Assert.Contains("no more are taken for 432 seconds", refused.Problem, StringComparison.Ordinal);
        var mixed = await gateway.PostEvents($"[{EventOf(0)},{EventOf(1)}]");
        Assert.Equal((202, "432", 1), (mixed.Status, mixed.Headers["Retry-After"], mixed.Json.GetProperty("accepted").GetInt32()));

        // What the customer wants of us is taken all the same.
        Assert.Equal(202, (await gateway.Send(HttpMethod.Put, $"/v1/customers/{customer}/consents/personalization", TestGateway.Body("""{"granted":false}"""))).Status);
        Assert.Equal(202, (await gateway.Send(HttpMethod.Delete, $"/v1/customers/{customer}")).Status);
        var other = Enumerable.Range(0, 1000).Select(i => $"d{i}").First(id => Map.PartitionOf(CustomerKey.Create("default", CustomerKeyKind.Customer, id)) == 1);
        Assert.Equal(202, (await gateway.PostEvents($$"""{"type":"pageViewed","customerId":"{{other}}"}""")).Status);

        gateway.Time.Advance(TimeSpan.FromSeconds(432));
        var taken = await gateway.PostEvents(EventOf(1));
        Assert.Equal(202, taken.Status);
        Assert.False(taken.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task A_log_that_is_down_answers_503_and_nothing_is_said_to_be_accepted()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Log.Fault = _ => new LogUnavailableException("the disk is full");
        var answer = await gateway.PostEvents($"[{EventOf(0)},{EventOf(1)}]");
        Assert.Equal(503, answer.Status);
        Assert.Contains("the disk is full", answer.Problem, StringComparison.Ordinal);
        Assert.Equal("1", answer.Headers["Retry-After"]);
        Assert.All(answer.Json.GetProperty("rejected").EnumerateArray(), rejected => Assert.Equal(JsonValueKind.True, rejected.GetProperty("retryable").ValueKind));
        Assert.Equal(503, (await gateway.Send(HttpMethod.Delete, "/v1/customers/c")).Status);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Where_only_some_partitions_fail_the_others_are_accepted(bool unexpected)
    {
        await using var gateway = await TestGateway.Start();
        gateway.Log.Fault = partition => partition != 1 ? null : unexpected ? new InvalidOperationException("a bug") : new LogUnavailableException("down");
        var answer = await gateway.PostEvents($"[{EventOf(0)},{EventOf(1)},{EventOf(2)}]");
        Assert.Equal(202, answer.Status);
        Assert.Equal(2, answer.Json.GetProperty("accepted").GetInt32());
        var rejected = Assert.Single(answer.Json.GetProperty("rejected").EnumerateArray());
        Assert.Equal((1, true), (rejected.GetProperty("index").GetInt32(), rejected.GetProperty("retryable").GetBoolean()));
    }

    [Fact]
    public async Task A_silent_owner_that_was_behind_has_not_caught_up()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Partition(1).Status = new PartitionStatus { Partition = 1, Tail = 60_000 };
        await gateway.PollOwners();
        gateway.Grains.Partition(1).Fault = new TimeoutException();
        await gateway.PollOwners();
        var answer = await gateway.PostEvents(EventOf(1));
        Assert.Equal(429, answer.Status);
        Assert.Contains("60000 entries behind; at most 50000 are allowed; its owner has not answered since 12:00:00 UTC", answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_that_hangs_does_not_keep_the_others_from_being_asked()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.PollOwners();
        var silence = new TaskCompletionSource<PartitionStatus>();
        gateway.Grains.Partition(1).Silence = silence.Task;
        var first = gateway.PollOwners();

        gateway.Grains.Partition(2).Status = new PartitionStatus { Partition = 2, Tail = 60_000 };
        var second = gateway.PollOwners();
        Assert.Equal(429, (await gateway.PostEvents(EventOf(2))).Status);
        Assert.False(first.IsCompleted || second.IsCompleted);

        silence.SetResult(new PartitionStatus { Partition = 1 });
        await Task.WhenAll(first, second);
        Assert.Equal(202, (await gateway.PostEvents(EventOf(1))).Status);
    }
}
