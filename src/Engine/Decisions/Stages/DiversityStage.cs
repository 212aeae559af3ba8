namespace Personalization.Engine.Decisions.Stages;

/// <summary>Diversity: a further place goes to another group than the places above, as long as there is one.</summary>
internal static class DiversityStage
{
    /// <summary>Sets the chosen action's group aside; it comes back when nothing else is left.</summary>
    public static void AfterChoice(ulong group, Candidates candidates)
    {
        if (group != 0)
        {
            for (var i = candidates.Count - 1; i >= 0; i--)
            {
                if (candidates.Groups[i] == group) candidates.SetAside(i);
            }
        }

        if (candidates.Count == 0) candidates.TakeBack();
    }
}
