using Personalization.Load.Hosting;

namespace Personalization.Load.Ingest;

/// <summary>How events come in.</summary>
internal enum Door
{
    /// <summary>One event a request over HTTP.</summary>
    Single,

    /// <summary>Several events a request over HTTP.</summary>
    Batch,

    /// <summary>One event a call inside the process.</summary>
    Process,
}

/// <summary>Where log and state are.</summary>
internal enum IngestStorage
{
    /// <summary>SQLite files.</summary>
    Sqlite,

    /// <summary>Memory (the engine only; the baselines keep SQLite).</summary>
    Memory,

    /// <summary>A Redis of the run's own for each system.</summary>
    Redis,
}

/// <summary>What <c>ingest</c> does.</summary>
internal sealed record IngestPlan
{
    /// <summary>Where log and state are.</summary>
    public required IngestStorage Storage { get; init; }

    /// <summary>What Redis waits for before it answers: <c>always</c> or <c>everysec</c>.</summary>
    public string Fsync { get; init; } = "always";

    /// <summary>How many customers.</summary>
    public required int Customers { get; init; }

    /// <summary>Their skew; 0 = none.</summary>
    public required double Zipf { get; init; }

    /// <summary>How long one measurement sends.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How often each is measured.</summary>
    public required int Rounds { get; init; }

    /// <summary>HTTP connections.</summary>
    public required int Connections { get; init; }

    /// <summary>Callers in process.</summary>
    public required int Callers { get; init; }

    /// <summary>Events a request at <see cref="Door.Batch"/>.</summary>
    public required int Batch { get; init; }

    /// <summary>Which doors.</summary>
    public required IReadOnlyList<Door> Doors { get; init; }

    /// <summary>Which systems.</summary>
    public required IReadOnlyList<SystemKind> Systems { get; init; }
}

/// <summary>One measurement.</summary>
/// <param name="System">Of which system.</param>
/// <param name="Door">Through which door.</param>
/// <param name="Round">1 for the first.</param>
/// <param name="Accepted">Events answered as durable.</param>
/// <param name="Refused">Events refused for now.</param>
/// <param name="Seconds">From the first event until all were committed.</param>
/// <param name="DrainSeconds">The part of it after the last answer.</param>
/// <param name="Server">What the server used meanwhile.</param>
/// <param name="ClientCpuSeconds">What the client used meanwhile.</param>
/// <param name="OtherBusy">The share of the machine that neither used.</param>
/// <param name="IsExact">Committed = accepted, no more and no less.</param>
internal sealed record IngestResult(
    SystemKind System,
    Door Door,
    int Round,
    long Accepted,
    long Refused,
    double Seconds,
    double DrainSeconds,
    ProcessUse Server,
    double ClientCpuSeconds,
    double OtherBusy,
    bool IsExact)
{
    /// <summary>Durable, applied and committed events per second.</summary>
    public double Rate => Accepted / Seconds;
}
