using System.Diagnostics;
using System.Diagnostics.Metrics;
using Personalization.Grains.Telemetry;

namespace Personalization.Grains.Models;

/// <summary>What operators watch of learners and replicas, by model, and of the catalogue. Meter <c>Personalization</c>.</summary>
public sealed class ModelMetrics
{
    private readonly Counter<long> _examples;
    private readonly Counter<long> _missed;
    private readonly Counter<long> _suspended;
    private readonly Counter<long> _publishedBytes;
    private readonly Gauge<long> _revision;
    private readonly Gauge<long> _lag;
    private readonly Gauge<long> _learnerMemory;
    private readonly Gauge<long> _replicaRevision;
    private readonly Gauge<long> _replicaMemory;
    private readonly Histogram<double> _replicaDelay;
    private readonly Counter<long> _replicaLoads;
    private readonly Gauge<long> _catalogueItems;
    private readonly Gauge<long> _catalogueMemory;

    /// <summary>Makes the instruments.</summary>
    public ModelMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(EngineMetrics.MeterName);
        _examples = meter.CreateCounter<long>("personalization.model.examples", "{row}", "Outbox rows that a model learned from");
        _missed = meter.CreateCounter<long>("personalization.model.missed", "{row}", "Outbox rows that a model missed because it lagged past its bound");
        _suspended = meter.CreateCounter<long>("personalization.outbox.suspended", "{consumer}", "Consumers of the outbox that were suspended because they lagged past their bound");
        _publishedBytes = meter.CreateCounter<long>("personalization.model.published", "By", "Bytes of changes that a learner published");
        _revision = meter.CreateGauge<long>("personalization.model.revision", "{revision}", "Newest revision of a model at its learner");
        _lag = meter.CreateGauge<long>("personalization.model.lag", "{row}", "Outbox rows that a model has not read yet");
        _learnerMemory = meter.CreateGauge<long>("personalization.model.learner.memory", "By", "Memory of the learner's copy of a model");
        _replicaRevision = meter.CreateGauge<long>("personalization.model.replica.revision", "{revision}", "Revision of a model that this silo serves");
        _replicaMemory = meter.CreateGauge<long>("personalization.model.replica.memory", "By", "Memory of this silo's replica of a model");
        _replicaDelay = meter.CreateHistogram<double>("personalization.model.replica.delay", "s", "From the publication of a change to its use on this silo");
        _replicaLoads = meter.CreateCounter<long>("personalization.model.replica.loads", "{load}", "Loads of the stored model by this silo's replica: at the start and after gaps");
        _catalogueItems = meter.CreateGauge<long>("personalization.catalogue.items", "{item}", "Items of the catalogue that this silo knows");
        _catalogueMemory = meter.CreateGauge<long>("personalization.catalogue.memory", "By", "Memory of this silo's copy of the catalogue");
    }

    internal void Catalogue(int items, long bytes)
    {
        _catalogueItems.Record(items);
        _catalogueMemory.Record(bytes);
    }

    internal void Learned(string model) => _examples.Add(1, Tag(model));

    internal void Missed(string model, long rows) => _missed.Add(rows, Tag(model));

    internal void Suspended(string consumer) => _suspended.Add(1, new KeyValuePair<string, object?>("consumer", consumer));

    internal void Published(string model, long revision, int bytes)
    {
        _revision.Record(revision, Tag(model));
        _publishedBytes.Add(bytes, Tag(model));
    }

    internal void Learner(string model, long lag, long bytes)
    {
        _lag.Record(lag, Tag(model));
        _learnerMemory.Record(bytes, Tag(model));
    }

    internal void Loaded(string model) => _replicaLoads.Add(1, Tag(model));

    internal void Replica(string model, long revision, long bytes, TimeSpan? delay)
    {
        _replicaRevision.Record(revision, Tag(model));
        _replicaMemory.Record(bytes, Tag(model));
        if (delay is { } behind) _replicaDelay.Record(Math.Max(0, behind.TotalSeconds), Tag(model));
    }

    private static TagList Tag(string model) => new() { { "model", model } };
}
