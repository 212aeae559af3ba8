using Microsoft.Extensions.Configuration;
using Personalization.Configuration;
using Personalization.Gateway.Security;

namespace Personalization.Gateway.Tests.Security;

public sealed class LoopbackGuardTests
{
    private static IReadOnlyList<string> Check(PersonalizationOptions options, params (string Key, string Value)[] settings) => LoopbackGuard.Check(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build(), options);

    [Theory]
    [InlineData("http://localhost:8080")]
    [InlineData("http://127.0.0.1:0;https://[::1]:8443")]
    [InlineData("http://127.8.9.10:80")]
    [InlineData("http://unix:/tmp/socket")]
    public void This_machine_alone_needs_no_key(string urls) => Assert.Empty(Check(new(), ("urls", urls)));

    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://+:8080")]
    [InlineData("http://[::]:8080")]
    [InlineData("http://192.168.1.2:8080")]
    [InlineData("https://shop.example:443")]
    [InlineData("http://localhost:1;http://localhost.example:8080")]
    public void Any_other_address_does_and_the_reason_is_told(string urls)
    {
        var fault = Assert.Single(Check(new(), ("urls", urls)));
        Assert.Contains("can be reached from other machines", fault, StringComparison.Ordinal);
        Assert.Contains("Personalization:Keys", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_without_an_address_bind_everywhere_unless_urls_are_given()
    {
        Assert.Single(Check(new(), ("http_ports", "8080")));
        Assert.Empty(Check(new(), ("http_ports", "8080"), ("urls", "http://localhost:1")));
    }

    [Fact]
    public void The_servers_own_section_counts_too() => Assert.Single(Check(new(), ("Kestrel:Endpoints:Public:Url", "http://0.0.0.0:80"), ("Kestrel:Endpoints:Own:Url", "http://localhost:81")));

    [Fact]
    public void Nothing_configured_is_this_machine() => Assert.Empty(Check(new()));

    [Fact]
    public void With_keys_any_address_will_do() =>
        Assert.Empty(Check(new PersonalizationOptions { Keys = new KeyOptions { Admin = ["0123456789abcdef"] } }, ("urls", "http://0.0.0.0:8080")));
}
