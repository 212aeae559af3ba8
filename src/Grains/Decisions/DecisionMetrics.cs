using System.Diagnostics;
using System.Diagnostics.Metrics;
using Personalization.Decisions;
using Personalization.Grains.Telemetry;

namespace Personalization.Grains.Decisions;

/// <summary>What operators watch of decisions. Meter <c>Personalization</c>. Slots are no tags: callers make their names up.</summary>
public sealed class DecisionMetrics
{
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _redrawn;
    private readonly Counter<long> _rewards;

    /// <summary>Makes the instruments.</summary>
    public DecisionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(EngineMetrics.MeterName);
        _decisions = meter.CreateCounter<long>("personalization.decisions", "{decision}", "Decisions by kind (nextBestAction, recommendation) and outcome (decided, notDurable, unknown, repeat, nothing)");
        _redrawn = meter.CreateCounter<long>("personalization.decisions.redrawn", "{draw}", "Draws that were refused and made anew; tag reason: cap or tenure");
        _rewards = meter.CreateCounter<long>("personalization.rewards", "{reward}", "Rewards by decision id, by outcome");
    }

    internal void Decided(DecisionKind kind, string outcome) =>
        _decisions.Add(1, new TagList { { "kind", kind == DecisionKind.Recommendation ? "recommendation" : "nextBestAction" }, { "outcome", outcome } });

    internal void Redrawn(string reason) => _redrawn.Add(1, new TagList { { "reason", reason } });

    internal void Rewarded(RewardOutcome outcome) => _rewards.Add(1, new TagList { { "outcome", char.ToLowerInvariant(outcome.ToString()[0]) + outcome.ToString()[1..] } });
}
