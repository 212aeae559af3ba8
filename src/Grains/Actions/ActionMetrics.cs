using System.Diagnostics.Metrics;
using Personalization.Engine.Decisions.Actions;
using Personalization.Grains.Telemetry;

namespace Personalization.Grains.Actions;

/// <summary>What operators watch of the action library.</summary>
internal sealed class ActionMetrics
{
    private readonly Gauge<int> _actions;
    private readonly Gauge<int> _faults;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _duration;

    public ActionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(EngineMetrics.MeterName);
        _actions = meter.CreateGauge<int>("personalization.actions.loaded", "{action}", "Actions in this silo's library");
        _faults = meter.CreateGauge<int>("personalization.actions.faulty", "{action}", "Actions left out of it because something is wrong with them");
        _failures = meter.CreateCounter<long>("personalization.actions.reload.failures", "{reload}", "Readings of the library that failed; the last good one stays");
        _duration = meter.CreateHistogram<double>("personalization.actions.reload.duration", "s", "Time to read and compile the library");
    }

    public void Loaded(ActionLibrary library, TimeSpan duration)
    {
        _actions.Record(library.Actions.Count);
        _faults.Record(library.Faults.Count);
        _duration.Record(duration.TotalSeconds);
    }

    public void Failed() => _failures.Add(1);
}
