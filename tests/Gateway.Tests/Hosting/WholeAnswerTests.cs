using System.Text;
using Personalization.Customers;
using Personalization.Stores;
using Personalization.TestKit;

namespace Personalization.Gateway.Tests.Hosting;

/// <summary>An answer is whole or it is an error: what cannot be written never leaves half a document behind a 200.</summary>
public sealed class WholeAnswerTests
{
    private static ProfileReply Unwritable(string customer) => new()
    {
        Profile = new ProfileView { CustomerId = customer, Activity = new Dictionary<string, double> { ["1h"] = double.NaN } }, // JSON has no such number
        CaughtUp = true,
    };

    [Theory]
    [InlineData("/v1/customers/c")]
    [InlineData("/v1/customers/c/live")]
    public async Task A_profile_that_cannot_be_written_is_an_error_and_nothing_else(string path)
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/c").Answer = _ => Unwritable("c");
        var answer = await gateway.Get(path);
        Assert.Equal((500, "the request failed because of an error on our side; it is in the log"), (answer.Status, answer.Problem));
        Assert.DoesNotContain("customerId", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_stream_whose_customer_does_not_answer_is_told_before_it_begins_and_watches_no_longer()
    {
        await using var gateway = await TestGateway.Start();
        var customer = gateway.Grains.Customer("default/c");
        customer.Answer = _ => throw new TimeoutException();
        Assert.Equal(503, (await gateway.Get("/v1/customers/c/live")).Status);
        await customer.Unwatched.Task.WaitAsync(Patience.Limit);
        Assert.Empty(customer.Watchers);
    }

    [Fact]
    public async Task Traits_that_an_older_release_let_in_can_be_answered()
    {
        await using var gateway = await TestGateway.Start();
        var deep = string.Concat(Enumerable.Repeat("{\"d\":", 62)) + "1" + new string('}', 62);
        gateway.Grains.Customer("default/c").Answer = _ => new ProfileReply { Profile = new ProfileView { CustomerId = "c", Traits = new Dictionary<string, string> { ["cut"] = """{"a":"\ud83d"}""", ["deep"] = deep } } };
        var answer = await gateway.Get("/v1/customers/c");
        Assert.Equal((200, "\ufffd"), (answer.Status, answer.Json.GetProperty("traits").GetProperty("cut").GetProperty("a").GetString()));
        Assert.Equal(deep, answer.Json.GetProperty("traits").GetProperty("deep").GetRawText());
    }

    [Theory]
    [InlineData("items", "item")]
    [InlineData("actions", "action")]
    public async Task A_listing_leaves_out_a_row_that_it_cannot_read_and_names_it(string collection, string noun)
    {
        await using var gateway = await TestGateway.Start();
        foreach (var id in new[] { "a", "c" }) Assert.Equal(201, (await gateway.Send(HttpMethod.Put, $"/v1/{collection}/{id}", TestGateway.Body("{}"))).Status);
        await gateway.Documents.Write([new DocumentWrite($"{noun}/default/b", Encoding.UTF8.GetBytes("{\"title\":")), new DocumentWrite($"{noun}/default/d", Encoding.UTF8.GetBytes("[]"))]);
        var page = await gateway.Get($"/v1/{collection}?limit=3");
        Assert.Equal((200, 2), (page.Status, page.Json.GetProperty(collection).GetArrayLength()));
        Assert.Equal(["b"], page.Json.GetProperty("unreadable").EnumerateArray().Select(id => id.GetString()));
        var rest = await gateway.Get($"/v1/{collection}?limit=3&cursor={page.Json.GetProperty("next").GetString()}");
        Assert.Equal((0, "d"), (rest.Json.GetProperty(collection).GetArrayLength(), rest.Json.GetProperty("unreadable")[0].GetString()));

        Assert.Equal(500, (await gateway.Get($"/v1/{collection}/b")).Status);
        Assert.Equal(204, (await gateway.Send(HttpMethod.Delete, $"/v1/{collection}/b")).Status);
        Assert.Equal(200, (await gateway.Send(HttpMethod.Put, $"/v1/{collection}/d", TestGateway.Body("{}"))).Status);
        Assert.False((await gateway.Get($"/v1/{collection}")).Json.TryGetProperty("unreadable", out _));
    }

    [Fact]
    public async Task A_row_of_the_catalogue_that_cannot_be_read_stops_no_event_that_names_its_item()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.Documents.Write([new DocumentWrite("item/default/broken", [0xFF])]);
        Assert.Equal(202, (await gateway.PostEvents("""{"type":"productViewed","customerId":"c","itemId":"broken"}""")).Status);
    }

    [Theory]
    [InlineData("/v1/nothing", 404)]
    [InlineData("/openapi/v2.json", 404)]
    [InlineData("/v1/events", 405)]
    [InlineData("/v1/trending?n=x", 400)]
    public async Task An_error_is_a_problem_document_whatever_the_caller_accepts(string path, int status)
    {
        await using var gateway = await TestGateway.Start();
        foreach (var accept in new[] { "text/html", "application/xml", "image/png;q=1", "nonsense" })
        {
            var answer = await gateway.Get(path, ("Accept", accept));
            Assert.Equal(status, answer.Status);
            Assert.NotEmpty(answer.Problem);
        }
    }

    [Theory]
    [InlineData("/v1/admin/customers?cursor=MDpj")] // 0:c
    [InlineData("/v1/admin/customers?cursor=MDo")] // 0:
    [InlineData("/v1/admin/customers?cursor=MDpvdGhlci9j")] // 0:other/c
    [InlineData("/v1/admin/log/dead-letters?cursor=MDphYmM")] // 0:abc
    [InlineData("/v1/admin/log/dead-letters?cursor=LTE6MQ")] // -1:1
    [InlineData("/v1/items?cursor=AA")] // a zero byte
    [InlineData("/v1/items?cursor=!!")]
    [InlineData("/v1/actions?cursor=YS9i")] // a/b
    public async Task A_cursor_that_is_none_of_ours_is_told(string path)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Get(path);
        Assert.Equal((400, "cursor must be the next of an earlier page"), (answer.Status, answer.Problem));
    }
}
