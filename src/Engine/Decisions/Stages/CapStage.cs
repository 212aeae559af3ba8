using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Ledger;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Caps: every cap of an action has something left, counting what is folded, what is reserved, and what the places above take.</summary>
internal static class CapStage
{
    /// <summary>Drops what is used up.</summary>
    public static void Run(DecisionQuestion question, Candidates candidates)
    {
        candidates.Keep(ref question, static (ref DecisionQuestion question, LibraryAction action) => question.WithoutCapped ? action.Caps.Count == 0 : HasRoom(question, action, []));
    }

    /// <summary>Drops what the places above have used up.</summary>
    public static void AfterChoice(DecisionQuestion question, Candidates candidates, IReadOnlyList<CapCharge> taken)
    {
        if (taken.Count == 0) return;
        for (var i = candidates.Count - 1; i >= 0; i--)
        {
            if (candidates.Actions[i].Caps.Count > 0 && !HasRoom(question, candidates.Actions[i], taken)) candidates.RemoveAt(i);
        }
    }

    private static bool HasRoom(DecisionQuestion question, LibraryAction action, IReadOnlyList<CapCharge> taken)
    {
        foreach (var cap in action.Caps)
        {
            var spent = (question.Profile.Decisions?.Spent(cap.Scope, question.At, cap.PeriodMs) ?? 0) + question.Pending.Reserved(cap.Scope, question.At, cap.PeriodMs);
            foreach (var charge in taken)
            {
                if (charge.Scope == cap.Scope) spent++;
            }

            if (spent >= cap.Limit) return false;
        }

        return true;
    }
}
