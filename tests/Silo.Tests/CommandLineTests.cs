using Microsoft.Extensions.Configuration;
using Personalization.Configuration;
using Personalization.Silo.Commands;
using Personalization.Silo.Hosting;

namespace Personalization.Silo.Tests;

public sealed class CommandLineTests
{
    private static readonly string[] Commands = ["serve", "replay", "log", "verify", "evaluate", "simulate"];

    [Fact]
    public void A_signal_gives_a_silo_all_the_time_that_a_graceful_stop_may_take() =>
        Assert.True(CommandLine.Invocation.ProcessTerminationTimeout > EngineHost.ShutdownTimeout, $"{CommandLine.Invocation.ProcessTerminationTimeout}");

    [Theory]
    [InlineData("evalute", "'evalute' is no command; did you mean evaluate?")]
    [InlineData("--dmeo", "--dmeo is no option; did you mean --demo?")]
    [InlineData("--url http://localhost:1", "--url is no option; did you mean --urls?")]
    [InlineData("--Personalisation:Storage=Memory", "--Personalisation:Storage is read by nothing; did you mean --Personalization:Storage?")]
    [InlineData("--Personalization:Storage", "--Personalization:Storage has no value")]
    [InlineData("-urls=http://localhost:1", "-urls is no option; did you mean --urls?")]
    public void What_is_no_command_option_or_setting_is_told_with_what_was_meant(string arguments, string fault) =>
        Assert.Equal([fault], ServeArguments.Read(arguments.Split(' '), Commands, ["--demo"]).Faults);

    [Fact]
    public void Settings_of_the_engine_and_of_its_host_pass()
    {
        var (faults, settings) = ServeArguments.Read(
            ["--urls", "http://localhost:1", "--Personalization:Storage=Memory", "--Personalization:DataDirectory", "/srv/x", "Logging:LogLevel:Default=Warning", "--environment=Development"], Commands, ["--demo"]);
        Assert.Empty(faults);
        Assert.Equal(
            ["--urls=http://localhost:1", "--Personalization:Storage=Memory", "--Personalization:DataDirectory=/srv/x", "--Logging:LogLevel:Default=Warning", "--environment=Development"], settings);
    }

    [Fact]
    public void A_slip_does_not_take_the_next_setting_for_its_value() =>
        Assert.Equal(["--Personalization:Partition=2"], ServeArguments.Read(["--dmeo", "--Personalization:Partition=2"], Commands, ["--demo"]).Settings);

    [Fact]
    public void Everything_that_is_wrong_with_the_settings_is_told_at_once_and_no_secret_is_repeated()
    {
        var faults = Faults(
            ("Personalization:Partition", "4"), ("Personalization:Storage", "Disk"), ("Personalization:Owner:Concurency", "2"), ("Personalization:Owner:CommitInterval", "soon"),
            ("Personalization:Keys:Ingets", "s3cret"), ("Personalization:Keys:Read:0:1", "s3cret"), ("Personalization:Tenant", ""), ("Personalization:Decisions:Default:Policy", "Best"), ("Personalisation:Clock", "Event"));
        Assert.All(
            (string[])[
                "Personalization:Partition is no setting; did you mean Personalization:Partitions?",
                "Personalization:Storage is 'Disk'; it is one of Embedded, Memory, Redis",
                "Personalization:Owner:Concurency is no setting; did you mean Personalization:Owner:Concurrency?",
                "Personalization:Owner:CommitInterval is 'soon'; it is a span of time such as 00:30:00 or 3.00:00:00",
                "Personalization:Keys:Ingets is no setting; did you mean Personalization:Keys:Ingest?",
                "The settings under Personalisation are read by nothing; did you mean Personalization?",
            ],
            expected => Assert.Contains(expected, faults));
        Assert.Contains(faults, fault => fault.StartsWith("Personalization:Decisions:Default:Policy is 'Best'; it is one of ", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("Tenant", StringComparison.Ordinal));
        Assert.DoesNotContain(faults, fault => fault.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("http://localhost:8080;localhost")]
    [InlineData("http://localhost:99999")]
    public void An_address_that_is_none_is_a_sentence(string urls) =>
        Assert.Contains(Faults(("urls", urls)), fault => fault.StartsWith("--urls '", StringComparison.Ordinal) && fault.Contains("is no address to listen on", StringComparison.Ordinal));

    [Fact]
    public void A_single_key_needs_no_index()
    {
        var options = Settings.Read(Configuration(("Personalization:Keys:Ingest", "the-only-one-of-its-kind"), ("Personalization:Keys:Admin:0", "the-first-of-two-keys"), ("Personalization:Keys:Admin:1", "the-second-of-two-keys")));
        Assert.Equal(["the-only-one-of-its-kind"], options.Keys.Ingest);
        Assert.Equal(["the-first-of-two-keys", "the-second-of-two-keys"], options.Keys.Admin);
    }

    [Fact]
    public void The_banner_says_version_addresses_pages_and_where_the_data_are()
    {
        var text = StartBanner.Text(["http://127.0.0.1:8080"], new PersonalizationOptions { DataDirectory = "data" });
        Assert.StartsWith($"Personalization {StartBanner.Version} on http://127.0.0.1:8080; data in {Path.GetFullPath("data")}", text, StringComparison.Ordinal);
        foreach (var page in (string[])["/demo", "/docs", "/dashboard"]) Assert.Contains("http://127.0.0.1:8080" + page, text, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Faults(params (string Name, string Value)[] settings) => Assert.Throws<SettingsException>(() => Settings.Read(Configuration(settings))).Faults;

    private static IConfiguration Configuration(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
}
