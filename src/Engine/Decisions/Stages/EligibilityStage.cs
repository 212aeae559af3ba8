using Personalization.Engine.Decisions.Eligibility;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>Eligibility: within its validity, consented to, and its expression holds.</summary>
internal static class EligibilityStage
{
    public static void Run(in EligibilityContext context, Candidates candidates)
    {
        var state = context;
        candidates.Keep(ref state, static (ref EligibilityContext context, Actions.LibraryAction action) => action.IsValidAt(context.At) && action.IsEligible(context));
    }
}
