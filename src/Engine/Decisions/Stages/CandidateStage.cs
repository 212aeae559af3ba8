namespace Personalization.Engine.Decisions.Stages;

/// <summary>Candidates: the slot's actions, or those of them that the caller names.</summary>
internal static class CandidateStage
{
    public static void Run(DecisionQuestion question, Candidates candidates)
    {
        if (question.Request.Actions is not { } named)
        {
            foreach (var action in question.Library.ForSlot(question.Slot.Name))
            {
                if (action.Definition.Lever > 0) candidates.Add(action);
            }

            return;
        }

        // In the library's order, whatever the caller's: ties fall alike.
        var ids = named.Length > 8 ? named.ToHashSet(StringComparer.Ordinal) : null;
        foreach (var action in question.Library.ForSlot(question.Slot.Name))
        {
            if (action.Definition.Lever > 0 && (ids?.Contains(action.Definition.ActionId) ?? named.AsSpan().Contains(action.Definition.ActionId))) candidates.Add(action);
        }
    }
}
