using System.Diagnostics;
using System.Diagnostics.Metrics;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Log;

namespace Personalization.Grains.Telemetry;

/// <summary>What operators watch of the durable path. Meter <c>Personalization</c>; durations in seconds.</summary>
public sealed class EngineMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Personalization";

    private readonly Counter<long> _folded;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _deadLettered;
    private readonly UpDownCounter<long> _parked;
    private readonly Counter<long> _refolded;
    private readonly Counter<long> _healed;
    private readonly Counter<long> _churnCrossed;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<long> _commitCustomers;
    private readonly Histogram<long> _commitBytes;
    private readonly Histogram<double> _clickToEffect;
    private readonly Histogram<double> _takeDelay;
    private readonly Gauge<long> _lag;
    private readonly Gauge<double> _lagSeconds;

    /// <summary>Makes the instruments.</summary>
    public EngineMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _folded = meter.CreateCounter<long>("personalization.entries.folded", "{entry}", "Entries that changed a profile");
        _duplicates = meter.CreateCounter<long>("personalization.entries.duplicates", "{entry}", "Entries whose id the customer remembered");
        _deadLettered = meter.CreateCounter<long>("personalization.entries.dead_lettered", "{entry}", "Entries set aside: rejected by the fold, or unreadable");
        _parked = meter.CreateUpDownCounter<long>("personalization.customers.parked", "{customer}", "Customers that do not answer and are passed over");
        _refolded = meter.CreateCounter<long>("personalization.customers.refolded", "{customer}", "Loads of rows that an older fold wrote, folded anew from their journals; tag basis: beginning, base, or row where the journal holds neither");
        _healed = meter.CreateCounter<long>("personalization.customers.damaged", "{customer}", "Loads of rows that are damaged where they are stored; tag healed: true where the journal made them whole, false where it could not");
        _churnCrossed = meter.CreateCounter<long>("personalization.churn.crossed", "{customer}", "Customers whose P(alive) fell below the threshold; one may be counted again after a crash");
        _commitDuration = meter.CreateHistogram<double>("personalization.commit.duration", "s", "Time to write a chunk and tell its customers");
        _commitCustomers = meter.CreateHistogram<long>("personalization.commit.customers", "{customer}", "Customers in a chunk");
        _commitBytes = meter.CreateHistogram<long>("personalization.commit.size", "By", "Bytes in a chunk");
        _clickToEffect = meter.CreateHistogram<double>("personalization.click_to_effect", "s", "From the append of an event to its effect on the live profile");
        _takeDelay = meter.CreateHistogram<double>("personalization.take.delay", "s", "From the append of an entry to its owner's taking it");
        _lag = meter.CreateGauge<long>("personalization.partition.lag", "{entry}", "Entries of a partition that are not committed");
        _lagSeconds = meter.CreateGauge<double>("personalization.partition.lag.age", "s", "Age of a partition's oldest entry that is not committed");
    }

    internal void Taken(in LogEntry entry, TimeProvider time) =>
        _takeDelay.Record(Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - entry.LogTime) / 1000.0);

    internal void Folded(FoldVerdict verdict)
    {
        switch (verdict)
        {
            case FoldVerdict.Folded or FoldVerdict.Late: _folded.Add(1); break;
            case FoldVerdict.Duplicate: _duplicates.Add(1); break;
        }
    }

    internal void ChurnCrossed() => _churnCrossed.Add(1);

    internal void Effect(long logTime, TimeProvider time) => _clickToEffect.Record(Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - logTime) / 1000.0);

    internal void DeadLettered(int count) => _deadLettered.Add(count);

    internal void Parked(int change) => _parked.Add(change);

    internal void Refolded(JournalBasis basis) => _refolded.Add(1, new TagList { { "basis", basis switch { JournalBasis.Beginning => "beginning", JournalBasis.Base => "base", _ => "row" } } });

    internal void Healed(bool isHealed) => _healed.Add(1, new TagList { { "healed", isHealed ? "true" : "false" } });

    internal void Committed(int customers, int bytes, TimeSpan duration)
    {
        _commitCustomers.Record(customers);
        _commitBytes.Record(bytes);
        _commitDuration.Record(duration.TotalSeconds);
    }

    internal void Position(int partition, long tail, long committed, long? oldestLogTime, TimeProvider time)
    {
        var tags = new TagList { { "partition", partition } };
        _lag.Record(Math.Max(0, tail - committed), tags);
        _lagSeconds.Record(oldestLogTime is { } oldest ? Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - oldest) / 1000.0 : 0, tags);
    }
}
