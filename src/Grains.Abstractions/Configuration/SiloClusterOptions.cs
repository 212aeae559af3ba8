namespace Personalization.Configuration;

/// <summary>Where a customer's grain is activated.</summary>
public enum CustomerPlacement
{
    /// <summary>On the silo that owns the customer's partition, so that entries reach it without a network hop.</summary>
    Owner,

    /// <summary>Wherever Orleans' own placement puts it, by the silos' load.</summary>
    Balanced,
}

/// <summary>
/// The cluster of silos, where <see cref="PersonalizationOptions.Storage"/> is <see cref="StorageKind.Redis"/>. Silos find each other, and gateways find them, in Redis: all
/// processes with the same <see cref="RedisOptions.Configuration"/> and <see cref="RedisOptions.KeyPrefix"/> are one cluster.
/// </summary>
public sealed class SiloClusterOptions
{
    /// <summary>
    /// The address at which other processes reach this silo. Default <c>127.0.0.1</c>: all processes on one machine. Orleans' ports carry no authentication, so give an address of a network
    /// that only the engine's processes reach.
    /// </summary>
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>The port for other silos. Default 0: a free one. Give one where a firewall stands between; a silo restarted on the same one is known again at once.</summary>
    public int SiloPort { get; set; }

    /// <summary>The port for gateways that run alone. Default 0: a free one.</summary>
    public int GatewayPort { get; set; }

    /// <summary>Where customers are activated. Default <see cref="CustomerPlacement.Owner"/>.</summary>
    public CustomerPlacement CustomerPlacement { get; set; } = CustomerPlacement.Owner;

    /// <summary>How long a silo may leave a probe unanswered. Default 2 s. Longer rides out pauses of a busy machine; shorter notices a dead silo sooner.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After how many unanswered probes a silo is declared dead and its partitions get other owners. Default 3: with the default time-out after about 6 s.</summary>
    public int MissedProbes { get; set; } = 3;
}
