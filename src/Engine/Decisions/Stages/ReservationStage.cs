using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Reservation: what a choice spends of caps, its own and those that others have on its group or channel; once a scope, whatever limits it.</summary>
internal static class ReservationStage
{
    public static void Run(LibraryAction action, List<CapCharge> charges)
    {
        foreach (var (scope, period) in action.CountedIn)
        {
            // Spent once, and kept for the longest period that any action's cap looks back on.
            var spent = new CapCharge(scope, int.MaxValue, period);
            foreach (var cap in action.OwnCaps)
            {
                if (cap.Scope != scope) continue;
                if (cap.PeriodMs == period && spent.Limit == int.MaxValue) spent = spent with { Limit = cap.Limit };
                else charges.Add(new CapCharge(scope, cap.Limit, cap.PeriodMs, LimitOnly: true));
            }

            charges.Add(spent);
        }
    }
}
