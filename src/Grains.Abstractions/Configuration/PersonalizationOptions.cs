namespace Personalization.Configuration;

/// <summary>Where logs and state are kept.</summary>
public enum StorageKind
{
    /// <summary>SQLite files in <see cref="PersonalizationOptions.DataDirectory"/>: durable, one process.</summary>
    Embedded,

    /// <summary>Memory of this process: everything is gone when it ends. For tests and trials.</summary>
    Memory,

    /// <summary>Redis, see <see cref="PersonalizationOptions.Redis"/>: shared by any number of silos and gateways, which form a cluster.</summary>
    Redis,
}

/// <summary>Which clock fires wake-ups and dates what has no time of its own.</summary>
public enum ClockKind
{
    /// <summary>The wall clock.</summary>
    Wall,

    /// <summary>The events' own time: for replays, demonstrations and tests.</summary>
    Event,
}

/// <summary>The section <c>Personalization</c>: everything that can be set. All of it is checked at the start, every fault told at once.</summary>
public sealed class PersonalizationOptions
{
    private int? _partitions;

    /// <summary>Where logs and state are kept. Default <see cref="StorageKind.Embedded"/>.</summary>
    public StorageKind Storage { get; set; } = StorageKind.Embedded;

    /// <summary>The folder of the embedded store, made if it is missing. Default <c>data</c> below the working directory.</summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>
    /// The number of partitions, 1 to 1,024, fixed at the first start of an installation; another number refuses to start. Default 16, on Redis 64.
    /// More partitions let more cores and silos work, and cost a background loop each.
    /// </summary>
    public int Partitions
    {
        get => _partitions ?? (Storage == StorageKind.Redis ? 64 : 16);
        set => _partitions = value;
    }

    /// <summary>Which clock fires wake-ups. Default <see cref="ClockKind.Wall"/>.</summary>
    public ClockKind Clock { get; set; } = ClockKind.Wall;

    /// <summary>The tenant of requests. Default <c>default</c>.</summary>
    public string Tenant { get; set; } = "default";

    /// <summary>IANA name of the tenant's time zone: purchase days, hours of day and days of week. Default <c>Etc/UTC</c>.</summary>
    public string TimeZone { get; set; } = "Etc/UTC";

    /// <summary>Currencies.</summary>
    public CurrencyOptions Currency { get; set; } = new();

    /// <summary>Keys that callers must show.</summary>
    public KeyOptions Keys { get; set; } = new();

    /// <summary>
    /// Without keys: names beside this machine's own (localhost, 127.0.0.1, ::1) under which the engine may be called, and hosts whose pages may call it. Default none. For a proxy
    /// on the same machine.
    /// </summary>
    public string[] AllowedHosts { get; set; } = [];

    /// <summary>Bounds on requests.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>How the owner of a partition works.</summary>
    public OwnerOptions Owner { get; set; } = new();

    /// <summary>How long things are kept.</summary>
    public RetentionOptions Retention { get; set; } = new();

    /// <summary>Redis.</summary>
    public RedisOptions Redis { get; set; } = new();

    /// <summary>How profiles are folded.</summary>
    public FoldOptions Fold { get; set; } = new();

    /// <summary>The cluster of silos, on Redis.</summary>
    public SiloClusterOptions Cluster { get; set; } = new();

    /// <summary>Churn scores.</summary>
    public ChurnOptions Churn { get; set; } = new();

    /// <summary>Whether models learn. Default <see cref="LearningKind.Online"/>.</summary>
    public LearningKind Learning { get; set; } = LearningKind.Online;

    /// <summary>How models learn in the cluster.</summary>
    public ModelOptions Models { get; set; } = new();

    /// <summary>Recommendations.</summary>
    public RecommendationOptions Recommendations { get; set; } = new();

    /// <summary>Next best actions.</summary>
    public DecisionOptions Decisions { get; set; } = new();
}

/// <summary>Currencies: money is stamped in the base currency when it is accepted and never re-rated.</summary>
public sealed class CurrencyOptions
{
    /// <summary>ISO 4217 code of the tenant's base currency; null = none: values are taken as they are and events may name no currency but one.</summary>
    public string? Base { get; set; }

    /// <summary>How much of the base currency one unit of a currency is worth, by ISO 4217 code. An event in a currency without a rate is refused.</summary>
    public Dictionary<string, decimal> Rates { get; set; } = [];
}

/// <summary>Keys that callers show as <c>Authorization: Bearer</c> or <c>X-Api-Key</c>. None at all = open, on loopback only.</summary>
public sealed class KeyOptions
{
    /// <summary>Keys that may write: events, traits, consents, items.</summary>
    public string[] Ingest { get; set; } = [];

    /// <summary>Keys that may read profiles and decisions.</summary>
    public string[] Read { get; set; } = [];

    /// <summary>Keys that may do everything, the admin calls included.</summary>
    public string[] Admin { get; set; } = [];

    /// <summary>Whether there is any key.</summary>
    public bool Any => Ingest.Length + Read.Length + Admin.Length > 0;
}

/// <summary>Bounds on requests; what passes them is refused and never cut.</summary>
public sealed class LimitOptions
{
    /// <summary>Bytes of a request's body, after decompression: 413 beyond. Default 1 MiB.</summary>
    public int RequestBytes { get; set; } = 1 << 20;

    /// <summary>Bytes of one event's JSON: that event is rejected beyond. Default 32 KiB.</summary>
    public int EventBytes { get; set; } = 32 << 10;

    /// <summary>Events of one request: 413 beyond. Default 1,000.</summary>
    public int BatchEvents { get; set; } = 1000;

    /// <summary>
    /// Events a second that one producer (a key; without keys, an address) may send to one process: 429 beyond. 0, the default, sets no limit. Set it where several producers
    /// share an engine, so that one that floods takes nothing from the others.
    /// </summary>
    public int ProducerEventsPerSecond { get; set; }

    /// <summary>How far in the future an event's time may lie. Default 5 minutes.</summary>
    public TimeSpan Future { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long after its <c>sentAt</c> an event may come and still be taken to have been on its way: it keeps its time. One that comes later was sent by a clock that is
    /// behind, and is shifted. Default 7 days.
    /// </summary>
    public TimeSpan DeliveryDelay { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Texts that programs write where they have no id, compared as they are: refused as ids, and dropped where an id is optional. null, the default: <see cref="DefaultBlockedIds"/>;
    /// a list of your own takes its place.
    /// </summary>
    public string[]? BlockedIds { get; set; }

    /// <summary>What <see cref="BlockedIds"/> is where nothing is set.</summary>
    public static IReadOnlyList<string> DefaultBlockedIds { get; } =
    [
        "undefined", "null", "NULL", "nil", "None", "NaN", "nan", "[object Object]", "[object Undefined]", "[object Null]", "(null)", "<null>", "true", "false",
    ];

    /// <summary>Uncommitted entries of a partition beyond which its events are answered 429. Default 50,000.</summary>
    public long PartitionLag { get; set; } = 50_000;

    /// <summary>Age of a partition's oldest uncommitted entry beyond which its events are answered 429. Default 30 s.</summary>
    public TimeSpan PartitionAge { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>How the owner of a partition works.</summary>
public sealed class OwnerOptions
{
    /// <summary>How often what is folded is committed. Default 1 s: what a crash makes the next owner fold again.</summary>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Customers with unsaved entries at which a commit starts before its time. Default 512.</summary>
    public int CommitCustomers { get; set; } = 512;

    /// <summary>Calls to customers under way at once. Default 64.</summary>
    public int Concurrency { get; set; } = 64;

    /// <summary>Entries taken and not committed at which reading pauses. Default 20,000.</summary>
    public int MaxUncommitted { get; set; } = 20_000;

    /// <summary>How long a customer may fail to answer before it is parked. Default 30 s.</summary>
    public TimeSpan ParkAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a reader waits for a catch-up. Default 250 ms.</summary>
    public TimeSpan CatchUpTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// After how much time a customer's activation that is read looks at its stored row again. Default 30 s. Only while a cluster disagrees about its members
    /// may a customer be in memory twice; then readers of one of them may see old state for so long.
    /// </summary>
    public TimeSpan ReloadAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After how much time without a call an idle customer leaves the memory. Default 15 minutes.</summary>
    public TimeSpan CustomerIdle { get; set; } = TimeSpan.FromMinutes(15);
}

/// <summary>How long things are kept.</summary>
public sealed class RetentionOptions
{
    /// <summary>The raw log, beyond what is committed. Default 72 h.</summary>
    public TimeSpan Log { get; set; } = TimeSpan.FromHours(72);

    /// <summary>Customers' journals. Default 90 days.</summary>
    public TimeSpan Journal { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Tombstones of erased customers; longer than the log. Default 96 h.</summary>
    public TimeSpan Tombstone { get; set; } = TimeSpan.FromHours(96);
}
