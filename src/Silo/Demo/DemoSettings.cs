using Personalization.Silo.Hosting;

namespace Personalization.Silo.Demo;

/// <summary>What <c>--demo</c> sets where nothing else is said, and what it refuses.</summary>
internal static class DemoSettings
{
    /// <summary>The demo's own folder: real data and simulated shoppers never meet.</summary>
    public const string DataDirectory = "demo-data";

    /// <summary>The slot that simulated shoppers are asked in, and the page of <c>/demo</c>.</summary>
    public const string Slot = "home";

    private const string DirectorySetting = "Personalization:DataDirectory";

    /// <summary>Sets the demo's defaults; whatever was configured stays.</summary>
    /// <exception cref="SettingsException">The data folder is the one that an engine without <c>--demo</c> would use.</exception>
    public static void Apply(ConfigurationManager configuration)
    {
        if (string.IsNullOrEmpty(configuration[DirectorySetting])) configuration[DirectorySetting] = DataDirectory;
        if (Path.GetFullPath(configuration[DirectorySetting]!) == Path.GetFullPath("data"))
            throw new SettingsException([$"{DirectorySetting} is the folder of an engine without --demo; the demo's simulated shoppers need one of their own."]);

        // The context of simulated visits: each feature has a component of its own. Left alone where the slot is configured.
        var slot = $"Personalization:Decisions:Slots:{Slot}";
        if (configuration.GetSection(slot).Exists()) return;
        for (var i = 1; i < Engine.Simulation.DecisionContext.Dimension; i++) configuration[$"{slot}:Features:{i - 1}"] = Engine.Simulation.DecisionContext.Names[i];
    }
}
