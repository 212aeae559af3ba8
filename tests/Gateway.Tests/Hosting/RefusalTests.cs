namespace Personalization.Gateway.Tests.Hosting;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("/v1/trending?n=abc", "n must be a whole number, but is 'abc'")]
    [InlineData("/v1/customers/c/recommendations?n=", "n must be a whole number, but is empty")]
    [InlineData("/v1/trending?explain=1", "explain must be true or false, but is '1'")]
    [InlineData("/v1/customers/c/recommendations?dryRun=yes", "dryRun must be true or false, but is 'yes'")]
    [InlineData("/v1/items?limit=%22abc%22", "limit must be a whole number, but is '\"abc\"'")]
    [InlineData("/v1/admin/totals?wait=maybe", "wait must be true or false, but is 'maybe'")]
    public async Task A_parameter_of_another_type_is_named_with_its_rule(string path, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Get(path);
        Assert.Equal((400, expected), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task A_path_that_is_not_there_and_a_method_that_it_has_not_are_told()
    {
        await using var gateway = await TestGateway.Start();
        var path = await gateway.Get("/v1/nothing");
        Assert.Equal((404, "there is no such path; /docs lists the calls"), (path.Status, path.Problem));
        var method = await gateway.Get("/v1/events");
        Assert.Equal((405, "GET is not possible on this path, only POST"), (method.Status, method.Problem));
    }

    [Fact]
    public async Task A_next_best_action_refuses_parameters_that_belong_in_its_body()
    {
        await using var gateway = await TestGateway.Start();
        Assert.StartsWith("the parameter 'slot' is not known here", (await gateway.Post("/v1/customers/c/next-best-action?slot=home", "{}")).Problem, StringComparison.Ordinal);
    }
}
