namespace Personalization.Configuration;

/// <summary>Names of streams and providers that several projects must agree on.</summary>
public static class Names
{
    /// <summary>The stream provider over the partition log.</summary>
    public const string LogStreamProvider = "partition-log";

    /// <summary>The namespace of the partition streams; the stream's key is the partition's number.</summary>
    public const string PartitionStreamNamespace = "personalization.partition";

    /// <summary>The section of the configuration that all settings are in.</summary>
    public const string ConfigurationSection = "Personalization";
}
