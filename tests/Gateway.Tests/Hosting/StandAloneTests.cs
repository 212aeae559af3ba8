using System.Diagnostics;
using Personalization.Gateway.Hosting;
using Personalization.Log;
using Personalization.TestKit;

namespace Personalization.Gateway.Tests.Hosting;

public sealed class StandAloneTests
{
    [Fact]
    public async Task A_process_without_a_shared_log_keeps_nothing_and_says_why()
    {
        var alone = new WithoutSharedLog();
        var fault = await Assert.ThrowsAsync<LogUnavailableException>(async () => await alone.Append(0, []));
        Assert.Contains("shares no log", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LogUnavailableException>(async () => await alone.Write([]));
        await Assert.ThrowsAsync<LogUnavailableException>(async () => await alone.Read("a"));
        await Assert.ThrowsAsync<LogUnavailableException>(async () => await alone.List("a", null, 1));
    }

    [Fact]
    public async Task Every_fault_of_its_settings_is_told_at_once()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "Personalization.Gateway.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, "--urls=http://0.0.0.0:0", "--Personalization:Partitions=0"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        using var patience = new CancellationTokenSource(Patience.Limit);
        var told = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("Personalization:Partitions must be between 1 and 1,024", told.Replace("1024", "1,024", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("can be reached from other machines", told, StringComparison.Ordinal);
        Assert.Contains("Personalization:Silo must name a silo", told, StringComparison.Ordinal);
    }
}
