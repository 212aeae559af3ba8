using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Reservation: what a choice spends of caps, its own and those that others have on its group or channel.</summary>
internal static class ReservationStage
{
    public static void Run(LibraryAction action, List<CapCharge> charges)
    {
        foreach (var cap in action.Caps) charges.Add(new CapCharge(cap.Scope, cap.Limit, cap.PeriodMs));
        foreach (var (scope, period) in action.Scopes)
        {
            var isOwn = false;
            foreach (var cap in action.Caps) isOwn |= cap.Scope == scope;
            if (!isOwn) charges.Add(new CapCharge(scope, int.MaxValue, period));
        }
    }
}
