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
/// processes with the same <see cref="RedisOptions.Configuration"/> and <see cref="RedisOptions.KeyPrefix"/> are one cluster. Elsewhere a silo talks to itself only and opens no port, unless
/// <see cref="GatewayPort"/> asks for one.
/// </summary>
public sealed class SiloClusterOptions
{
    /// <summary>
    /// The address at which other processes reach this silo. Default <c>127.0.0.1</c>: all processes on one machine. Who connects must know the <see cref="Secret"/>, but nothing is encrypted:
    /// give an address of a network that nobody else listens on.
    /// </summary>
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>The port for other silos. Default 0: a free one. Give one where a firewall stands between; a silo restarted on the same one is known again at once.</summary>
    public int SiloPort { get; set; }

    /// <summary>The port for gateways that run alone. Default 0: on Redis a free one, elsewhere none. With another store than Redis it needs <see cref="Secret"/>.</summary>
    public int GatewayPort { get; set; }

    /// <summary>
    /// What silos and gateways prove to each other that they know, at least 16 characters; the same for all of them. Default: on Redis one that the first process makes and keeps there.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>Where customers are activated. Default <see cref="CustomerPlacement.Owner"/>.</summary>
    public CustomerPlacement CustomerPlacement { get; set; } = CustomerPlacement.Owner;

    /// <summary>How long a silo may leave a probe unanswered. Default 2 s. Longer rides out pauses of a busy machine; shorter notices a dead silo sooner.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After how many unanswered probes a silo is declared dead and its partitions get other owners. Default 3: with the default time-out after about 6 s.</summary>
    public int MissedProbes { get; set; } = 3;
}
