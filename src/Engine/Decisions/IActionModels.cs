using Personalization.Engine.Decisions.Policies;

namespace Personalization.Engine.Decisions;

/// <summary>The shared models of slots as this process has them: in memory, at once, never a call elsewhere.</summary>
public interface IActionModels
{
    /// <summary>The newest snapshot for a slot; an empty one where nothing was learned, or the slot's settings ask for another shape.</summary>
    ActionModel Of(SlotSettings slot);
}
