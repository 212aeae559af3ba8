using Personalization.Decisions;

namespace Personalization.Engine.Decisions.Ledger;

/// <summary>A decision whose window has not closed: what rewards and models still need of it. The full record is in the journal.</summary>
internal sealed class OpenDecision
{
    /// <summary>The short id's hash, as events and rewards name it.</summary>
    public required ulong IdHash { get; init; }

    /// <summary>The record's position in the log.</summary>
    public required long Position { get; init; }

    /// <summary>When it was made.</summary>
    public required long At { get; init; }

    /// <summary>When its window closes.</summary>
    public required long ClosesAt { get; init; }

    /// <summary>Hash of the caller's idempotency key; 0 = none.</summary>
    public ulong IdempotencyKey { get; init; }

    public DecisionKind Kind { get; init; }

    public string Slot { get; init; } = "";

    public string Policy { get; init; } = "";

    public long ModelVersion { get; init; }

    /// <summary>x; each component is a 32-bit real.</summary>
    public double[] Features { get; init; } = [];

    public OpenChoice[] Choices { get; init; } = [];

    public RewardRule[] Rewards { get; init; } = [];

    public double DefaultReward { get; init; }

    public bool CountsExposures { get; init; }

    public bool Explored { get; init; }

    public bool Learns { get; init; }

    public bool LearnsAtClose { get; init; }

    /// <summary>Whether it teaches only if it was shown.</summary>
    public bool LearnsFromExposures { get; init; }

    /// <summary>Whether it goes by the model that slots share which nobody configured.</summary>
    public bool SharesModel { get; init; }

    /// <summary>The model behind it.</summary>
    public string Model => SharesModel ? SlotSettings.SharedModel : Slot;

    /// <summary>The scopes of caps that it spent of.</summary>
    public ulong[] Charges { get; init; } = [];

    /// <summary>Whether its window's end changes nothing: nobody learns from it, and no cap comes back. No wake-up is needed then.</summary>
    public bool ClosesSilently => !Learns && !(CountsExposures && Charges.Length > 0);

    /// <summary>Whether it is known to have been shown: an exposure named it, or a reward came for it.</summary>
    public bool Exposed { get; set; }

    /// <summary>Whether every choice has its reward.</summary>
    public bool IsRewarded
    {
        get
        {
            foreach (ref readonly var choice in Choices.AsSpan())
            {
                if (!choice.Rewarded) return false;
            }

            return true;
        }
    }
}

/// <summary>A choice of an open decision.</summary>
internal struct OpenChoice
{
    public string Id;

    /// <summary>Hash of the id, as facts carry items.</summary>
    public ulong Hash;

    /// <summary>Hash of the action's group; 0 = none.</summary>
    public ulong Group;

    public double Propensity;

    /// <summary>The shared model's prediction at the decision.</summary>
    public double SharedScore;

    /// <summary>The reward so far; the default until there is one.</summary>
    public double Reward;

    public bool Rewarded;
}
