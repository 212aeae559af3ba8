using System.Text.Json;
using Personalization.Silo.Commands.Simulate;
using Personalization.Silo.Tests.Evaluate;

namespace Personalization.Silo.Tests.Simulate;

public sealed class SimulateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Policies_are_reported_between_uniform_choice_and_the_oracle_the_same_every_time()
    {
        string[] arguments = ["--seeds", "41-42", "--decisions", "5000", "--customers", "60", "--decisions-each", "10", "--json"];
        var (code, output, _) = Run(arguments);

        Assert.Equal(0, code);
        Assert.Equal(output, Run(arguments).Output);
        using var json = JsonDocument.Parse(output);
        var models = json.RootElement.GetProperty("models").EnumerateArray().ToDictionary(model => model.GetProperty("name").GetString()!, model => model.GetProperty("metrics"));
        Assert.Equal(1, Share("oracle"));
        Assert.Equal(0, Share("uniform"), 1e-6);
        foreach (var policy in new[] { "greedy", "ε-greedy", "SquareCB", "linear Thompson sampling", "logistic Thompson sampling" }) Assert.InRange(Share(policy), 0.2, 1);
        Assert.True(models["uniform"].GetProperty("regret").GetDouble() > models["logistic Thompson sampling"].GetProperty("regret").GetDouble());
        var own = models["logistic Thompson sampling, shared and own"];
        Assert.Equal(own.GetProperty("reward").GetDouble() - own.GetProperty("shared only").GetDouble(), own.GetProperty("difference").GetDouble(), 1e-9);

        double Share(string model) => models[model].GetProperty("share, last").GetDouble();
    }

    [Fact]
    public void The_report_has_its_plots_and_refers_to_nothing_else()
    {
        var report = Path.Combine(_folder.Path, "simulate.html");
        var (code, output, _) = Run("--seeds", "43", "--decisions", "500", "--customers", "20", "--decisions-each", "5", "--report", report);

        Assert.Equal(0, code);
        Assert.Contains("linear Thompson sampling", output, StringComparison.Ordinal);
        var html = File.ReadAllText(report);
        Assert.Equal(3, html.Split("<svg ").Length - 1);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seeds", "x")]
    [InlineData("--seeds", "5-1")]
    [InlineData("--decisions", "10")]
    [InlineData("--decisions-each", "0")]
    public void Arguments_that_make_no_sense_are_told_in_a_sentence(string option, string value)
    {
        var (code, _, error) = Run(option, value);
        Assert.Equal(1, code);
        Assert.Contains(option, error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_interval_uses_students_quantile()
    {
        Assert.Equal(2.262, PolicySimulation.StudentT(9), 0.001);
        Assert.Equal(2.776, PolicySimulation.StudentT(4), 0.02);
        Assert.Equal(1.984, PolicySimulation.StudentT(100), 0.001);
    }

    public void Dispose() => _folder.Dispose();

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = SimulateCommand.Create().Parse(arguments).Invoke(new System.CommandLine.InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
