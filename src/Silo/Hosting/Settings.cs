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
        var options = new PersonalizationOptions();
        try
        {
            configuration.GetSection(Names.ConfigurationSection).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException fault)
        {
            throw new SettingsException([fault.InnerException is { } inner ? $"{fault.Message} {inner.Message}" : fault.Message]);
        }

        var faults = PersonalizationOptionsValidator.Validate(options).ToList();
        if (options.Storage == StorageKind.Redis && RedisConnection.Fault(options.Redis) is { } unreadable) faults.Add(unreadable);
        faults.AddRange(LoopbackGuard.Check(configuration, options));
        return faults.Count == 0 ? options : throw new SettingsException(faults);
    }
}

/// <summary>Settings that are wrong.</summary>
internal sealed class SettingsException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>One sentence a fault.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
