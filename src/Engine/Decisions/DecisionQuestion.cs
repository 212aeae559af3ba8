using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Profiles;

namespace Personalization.Engine.Decisions;

/// <summary>Everything that a decision depends on. The same question has the same answer.</summary>
public sealed record DecisionQuestion
{
    /// <summary>The customer.</summary>
    public required CustomerProfile Profile { get; init; }

    /// <summary>What the storefront asks.</summary>
    public required DecisionRequest Request { get; init; }

    /// <summary>When it is decided, milliseconds since 1970-01-01 UTC.</summary>
    public required long At { get; init; }

    /// <summary>The slot's settings.</summary>
    public required SlotSettings Slot { get; init; }

    /// <summary>The action library as of now.</summary>
    public required ActionLibrary Library { get; init; }

    /// <summary>The slot's shared model.</summary>
    public required ActionModel Model { get; init; }

    /// <summary>The seed of the draw.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Hash of the decision's short id.</summary>
    public required ulong Decision { get; init; }

    /// <summary>What decisions that are not folded yet have spent of caps.</summary>
    public required IPendingCaps Pending { get; init; }

    /// <summary>Whether models are to learn from it.</summary>
    public bool Learns { get; init; } = true;

    /// <summary>Whether actions with a cap are left out: nothing could be recorded that holds others back.</summary>
    public bool WithoutCapped { get; init; }
}

/// <summary>Caps that are reserved by decisions which the profile does not hold yet.</summary>
public interface IPendingCaps
{
    /// <summary>How often a scope is reserved within a period up to a time.</summary>
    int Reserved(ulong scope, long at, long periodMs);
}
