using System.Runtime.InteropServices;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Caps: every cap of an action has something left, counting what is folded, what is reserved, and what the places above take.</summary>
internal static class CapStage
{
    /// <summary>Drops what is used up.</summary>
    public static void Run(DecisionQuestion question, Candidates candidates)
    {
        candidates.Keep(ref question, static (ref DecisionQuestion question, LibraryAction action) =>
            action.OwnCaps.IsEmpty || (!question.WithoutCapped && HasRoom(question, action, [])));
    }

    /// <summary>Drops what the places above have used up.</summary>
    public static void AfterChoice(DecisionQuestion question, Candidates candidates, List<CapCharge> taken)
    {
        if (taken.Count == 0) return;
        for (var i = candidates.Count - 1; i >= 0; i--)
        {
            if (!candidates.Actions[i].OwnCaps.IsEmpty && !HasRoom(question, candidates.Actions[i], CollectionsMarshal.AsSpan(taken))) candidates.RemoveAt(i);
        }
    }

    private static bool HasRoom(DecisionQuestion question, LibraryAction action, ReadOnlySpan<CapCharge> taken)
    {
        foreach (ref readonly var cap in action.OwnCaps)
        {
            var spent = (question.Profile.Decisions?.Spent(cap.Scope, question.At, cap.PeriodMs) ?? 0) + question.Pending.Reserved(cap.Scope, question.At, cap.PeriodMs);
            foreach (ref readonly var charge in taken)
            {
                if (charge.Scope == cap.Scope && !charge.LimitOnly) spent++;
            }

            if (spent >= cap.Limit) return false;
        }

        return true;
    }
}
