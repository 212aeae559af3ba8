using Personalization.Configuration;
using Personalization.Gateway.Security;
using Personalization.Storage.Redis;

namespace Personalization.Silo.Hosting;

/// <summary>Reads and checks the section <c>Personalization</c>.</summary>
internal static class Settings
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingsException">Settings are wrong; all faults are in it.</exception>
    public static PersonalizationOptions Read(IConfiguration configuration)
    {
        var (wrong, lists) = SettingNames.Check(configuration.GetSection(Names.ConfigurationSection), typeof(PersonalizationOptions));
        List<string> faults = [.. wrong.Values, .. SettingNames.Misspelt(configuration, Names.ConfigurationSection)];

        // What cannot be bound is left out, so that what is wrong with the rest is told with it.
        var fitting = configuration.AsEnumerable().Where(pair => !wrong.Keys.Any(path => pair.Key.Equals(path, StringComparison.OrdinalIgnoreCase) || pair.Key.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase)));
        var options = new PersonalizationOptions();
        new ConfigurationBuilder().AddInMemoryCollection(fitting.Where(pair => pair.Value is not null)).AddInMemoryCollection(lists).Build()
            .GetSection(Names.ConfigurationSection).Bind(options);
        faults.AddRange(PersonalizationOptionsValidator.Validate(options));
        if (options.Storage == StorageKind.Redis && RedisConnection.Fault(options.Redis) is { } wrongRedis) faults.Add(wrongRedis);
        var unreadable = configuration[WebHostDefaults.ServerUrlsKey]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(url => !IsAddress(url)).ToArray() ?? [];
        faults.AddRange(unreadable.Select(url => $"--urls '{url}' is no address to listen on; write it as {EngineHost.DefaultUrls}"));
        if (unreadable.Length == 0) faults.AddRange(LoopbackGuard.Check(configuration, options));
        return faults.Count == 0 ? options : throw new SettingsException(faults);
    }

    private static bool IsAddress(string url)
    {
        try
        {
            return BindingAddress.Parse(url).Port is >= 0 and <= 65_535;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

/// <summary>Settings that are wrong.</summary>
internal sealed class SettingsException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>One sentence a fault.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
