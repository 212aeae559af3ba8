using System.Text.Json;
using Personalization.Silo.Commands.Verify;

namespace Personalization.Silo.Tests.Verify;

public sealed class JsonDifferencesTests
{
    [Theory]
    [InlineData("""{"a":1,"b":[1.5,"x"],"c":{"d":null}}""", """{"c":{"d":null},"b":[1.5,"x"],"a":1}""")]
    [InlineData("""{"a":0.1}""", """{"a":0.10000000000000002}""")]
    [InlineData("""{"a":3}""", """{"a":3.0000000001}""")]
    [InlineData("""{"a":12.50}""", """{"a":12.5}""")]
    public void Values_that_mean_the_same_have_no_differences(string left, string right) => Assert.Empty(Find(left, right));

    [Theory]
    [InlineData("""{"a":1000000000000}""", """{"a":1000000000001}""", "a: 1000000000000 ≠ 1000000000001")]
    [InlineData("""{"a":{"b":[1.5,2.5]}}""", """{"a":{"b":[1.5,2.500001]}}""", "a.b[1]: 2.5 ≠ 2.500001")]
    [InlineData("""{"a":[1]}""", """{"a":[1,2]}""", "a[1]: nothing ≠ 2")]
    [InlineData("""{"a":1}""", "{}", "a: 1 ≠ nothing")]
    [InlineData("{}", """{"a":1}""", "a: nothing ≠ 1")]
    [InlineData("""{"a":"x"}""", """{"a":"y"}""", "a: \"x\" ≠ \"y\"")]
    [InlineData("""{"a":true}""", """{"a":false}""", "a: true ≠ false")]
    [InlineData("""{"a":null}""", """{"a":0}""", "a: null ≠ 0")]
    public void A_difference_is_told_with_its_field(string left, string right, string difference) => Assert.Equal(difference, Assert.Single(Find(left, right)).ToString());

    private static IReadOnlyList<JsonDifference> Find(string left, string right) => JsonDifferences.Find(JsonElement.Parse(left), JsonElement.Parse(right));
}
