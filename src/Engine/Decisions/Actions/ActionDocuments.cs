namespace Personalization.Engine.Decisions.Actions;

/// <summary>Where actions are kept among the documents.</summary>
public static class ActionDocuments
{
    /// <summary>What the keys of a tenant's actions begin with; the action's id follows.</summary>
    public static string Prefix(string tenant) => $"action/{tenant}/";

    /// <summary>
    /// The key of a small document that is written after every change of an action: its version says that there is something new, without
    /// the library being read.
    /// </summary>
    public static string ChangesKey(string tenant) => $"actions/{tenant}";
}
