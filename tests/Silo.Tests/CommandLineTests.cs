using Personalization.Silo.Commands;
using Personalization.Silo.Hosting;

namespace Personalization.Silo.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void A_signal_gives_a_silo_all_the_time_that_a_graceful_stop_may_take() =>
        Assert.True(CommandLine.Invocation.ProcessTerminationTimeout > EngineHost.ShutdownTimeout, $"{CommandLine.Invocation.ProcessTerminationTimeout}");
}
