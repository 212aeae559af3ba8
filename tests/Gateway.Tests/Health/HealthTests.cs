using Microsoft.Extensions.DependencyInjection;
using Personalization.Customers;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Models;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Gateway.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task Ready_when_every_partition_has_an_owner_and_the_store_answers()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.PollOwners();
        var answer = await gateway.Get("/health/ready");
        Assert.Equal(200, answer.Status);
        Assert.Equal("healthy", answer.Json.GetProperty("checks").GetProperty("partitions").GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_partition_without_an_owner_makes_it_unready_and_leaves_it_live()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Partition(2).Fault = new TimeoutException();
        await gateway.PollOwners();
        var answer = await gateway.Get("/health/ready");
        Assert.Equal(503, answer.Status);
        Assert.Equal("no owner answers for partitions 2", answer.Json.GetProperty("checks").GetProperty("partitions").GetProperty("description").GetString());
        Assert.Equal(200, (await gateway.Get("/health/live")).Status);
    }

    [Fact]
    public async Task A_log_that_does_not_answer_this_process_makes_it_unready_although_every_owner_does()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.PollOwners();
        gateway.Log.ReadFault = new IOException("secret path");
        var answer = await gateway.Get("/health/ready");
        Assert.Equal(503, answer.Status);
        Assert.Equal("healthy", answer.Json.GetProperty("checks").GetProperty("partitions").GetProperty("status").GetString());
        Assert.Equal("the log does not answer", answer.Json.GetProperty("checks").GetProperty("log").GetProperty("description").GetString());
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_makes_it_unready_without_telling_why_to_the_world()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.PollOwners();
        gateway.Documents.Fault = new IOException("secret path");
        var answer = await gateway.Get("/health/ready");
        Assert.Equal(503, answer.Status);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_could_not_read_its_copies_is_unready_and_says_which_and_ready_once_it_has()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.PollOwners();
        gateway.Replicas.Expect(Replicas.ActionLibrary);
        gateway.Replicas.Expect(Replicas.Catalogue);
        gateway.Replicas.MarkRead(Replicas.Catalogue);
        var answer = await gateway.Get("/health/ready");
        Assert.Equal(503, answer.Status);
        Assert.Equal("not read yet: the action library", answer.Json.GetProperty("checks").GetProperty("replicas").GetProperty("description").GetString());
        gateway.Replicas.MarkRead(Replicas.ActionLibrary);
        Assert.Equal(200, (await gateway.Get("/health/ready")).Status);
    }

    [Fact]
    public async Task What_keeps_this_process_from_storing_makes_it_unready_with_the_sentence_and_leaves_it_live()
    {
        var disk = new Need();
        await using var gateway = await TestGateway.Start(services: services => services.AddSingleton<IStorageHealth>(disk));
        await gateway.PollOwners();
        Assert.Equal(200, (await gateway.Get("/health/ready")).Status);
        disk.Fault = "the disk is full";
        var answer = await gateway.Get("/health/ready");
        Assert.Equal(503, answer.Status);
        Assert.Equal("the disk is full", answer.Json.GetProperty("checks").GetProperty("storage").GetProperty("description").GetString());
        Assert.Equal(200, (await gateway.Get("/health/live")).Status);
        disk.Fault = null;
        Assert.Equal(200, (await gateway.Get("/health/ready")).Status);
    }

    [Fact]
    public async Task A_store_that_takes_nothing_is_a_503_with_its_sentence_on_every_path_that_writes()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Documents.Fault = new StoreUnavailableException("the disk of state.db is full");
        foreach (var answer in new[]
        {
            await gateway.Send(HttpMethod.Put, "/v1/items/a", TestGateway.Body("{}")),
            await gateway.Post("/v1/items", "[{\"itemId\":\"a\"}]"),
            await gateway.Send(HttpMethod.Delete, "/v1/items/a"),
            await gateway.Send(HttpMethod.Put, "/v1/actions/a", TestGateway.Body("{}")),
            await gateway.Send(HttpMethod.Delete, "/v1/actions/a"),
            await gateway.Get("/v1/items"),
        })
        {
            Assert.Equal((503, "the disk of state.db is full"), (answer.Status, answer.Problem));
            Assert.Equal("1", answer.Headers["Retry-After"]);
        }
    }

    [Fact]
    public async Task A_damaged_profile_is_a_503_that_says_what_can_be_done()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/c").Answer = _ => throw new DamagedProfileException(CustomerKey.Parse("default/c"), "its bytes are not those that were written");
        var answer = await gateway.Get("/v1/customers/c");
        Assert.Equal(503, answer.Status);
        Assert.Contains("erase the customer", answer.Problem, StringComparison.Ordinal);
    }

    private sealed class Need : IStorageHealth
    {
        public string? Fault { get; set; }
    }

    [Fact]
    public async Task Metrics_count_what_was_accepted_and_why_the_rest_was_not()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.PostEvents("""[{"type":"search","customerId":"c"},{"type":"x"}]""");
        var text = (await gateway.Get("/metrics")).Text;
        // Gateways of other tests in this process count into meters of the same name.
        Assert.Matches("(?m)^personalization_events_accepted_total(\\{[^}]*\\})? [1-9]", text);
        Assert.Matches("(?m)^personalization_events_rejected_total\\{[^}]*reason=\"invalid\"[^}]*\\} [1-9]", text);
        Assert.Contains("http_server_request_duration_seconds_bucket", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bug_is_a_500_that_tells_nothing_of_the_inside()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/c").Answer = _ => throw new InvalidOperationException("secret detail");
        var answer = await gateway.Get("/v1/customers/c");
        Assert.Equal(500, answer.Status);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }
}
