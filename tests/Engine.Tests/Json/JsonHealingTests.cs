using System.Text;
using System.Text.Json;
using CsCheck;
using Personalization.Engine.Json;
using Xunit;

namespace Personalization.Engine.Tests.Json;

/// <summary>JSON that was taken before its door was guarded comes out such that it can be written.</summary>
public sealed class JsonHealingTests
{
    [Theory]
    [InlineData("\"gate code \\ud83d\"", "\"gate code \\ufffd\"")]
    [InlineData("\"\\udc4b wave\"", "\"\\ufffd wave\"")]
    [InlineData("{\"k\\ud800\":[\"\\uD83Dx\",{\"z\":\"\\uDFFF\"}]}", "{\"k\\ufffd\":[\"\\ufffdx\",{\"z\":\"\\ufffd\"}]}")]
    [InlineData("\"\\ud83d\\ud83d\\udc4b\"", "\"\\ufffd\\ud83d\\udc4b\"")]
    [InlineData("\"\\ud83d\\n\"", "\"\\ufffd\\n\"")]
    public void Half_of_a_surrogate_pair_becomes_the_replacement_character(string json, string healed) => Assert.Equal(healed, JsonHealing.Heal(json));

    [Theory]
    [InlineData("\"whole \\ud83d\\udc4b and 👋\"")]
    [InlineData("\"a backslash \\\\ud83d\"")]
    [InlineData("{\"b\" : 1.50,\"a\":[ ] }")]
    [InlineData("-12.5e3")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("\"\\u0000\"")]
    public void What_needs_nothing_stays_as_it_was_written(string json) => Assert.Same(json, JsonHealing.Heal(json));

    [Theory]
    [InlineData("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}")]
    [InlineData("[{\"x\":{\"y\":1,\"y\":2}}]", "[{\"x\":{\"y\":2}}]")]
    [InlineData("{\"a\\ud800\":1,\"a\\udfff\":2}", "{\"a�\":2}")]
    [InlineData("1e400", "null")]
    [InlineData("[-1E999,1]", "[null,1]")]
    public void Of_a_doubled_name_the_last_counts_and_no_number_is_infinite(string json, string healed) => Assert.Equal(healed, JsonHealing.Heal(json));

    [Fact]
    public void A_number_of_many_digits_is_finite_or_gone()
    {
        Assert.Equal("null", JsonHealing.Heal(new string('9', 400)));
        Assert.Equal(new string('9', 305), JsonHealing.Heal(new string('9', 305)));
    }

    [Theory]
    [InlineData(JsonHealing.Deepest)]
    [InlineData(JsonHealing.Deepest + 1)]
    [InlineData(63)]
    [InlineData(200)]
    public void What_lies_too_deep_is_cut_off_and_the_rest_stays(int levels)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"in\":", levels)) + "7" + new string('}', levels);
        var healed = JsonHealing.Heal(deep)!;
        if (levels <= JsonHealing.Deepest) Assert.Same(deep, healed);
        // Inside an answer of a few levels it can be written by anybody.
        using var answer = JsonDocument.Parse($"{{\"a\":{{\"b\":{{\"c\":[{healed}]}}}}}}");
        Assert.NotEmpty(JsonSerializer.SerializeToUtf8Bytes(answer.RootElement));
        Assert.Equal(Math.Min(levels, JsonHealing.Deepest), healed.Count(c => c == '{'));
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("[1,]")]
    [InlineData("{'a':1}")]
    public void What_is_no_json_is_nothing(string json) => Assert.Null(JsonHealing.Heal(json));

    [Fact]
    public void Whatever_is_healed_can_be_read_and_written_and_needs_no_more() => Gen.Select(Gen.Char["ad\\u8cDfF\"{}[]:,0123e \ud83d\udc4b"].Array[0, 60], Gen.Bool).Sample(
        (characters, isText) =>
        {
            var json = isText ? $"\"{new string(characters).Replace("\"", "", StringComparison.Ordinal)}\"" : new string(characters);
            var halves = JsonHealing.ReplaceHalves(json);
            Assert.Equal(halves, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(halves)));
            Assert.Same(halves, JsonHealing.ReplaceHalves(halves));
            if (JsonHealing.Heal(json) is not { } healed) return;
            Assert.Equal(healed, JsonHealing.Heal(healed));
            try
            {
                using var read = JsonDocument.Parse(healed);
                Assert.NotEmpty(JsonSerializer.SerializeToUtf8Bytes(read.RootElement));
            }
            catch (JsonException)
            {
                // Words and numbers are not read, so they need not be JSON.
            }
        },
        iter: 20_000);
}
