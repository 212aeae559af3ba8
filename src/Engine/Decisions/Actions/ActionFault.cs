namespace Personalization.Engine.Decisions.Actions;

/// <summary>What is wrong with a definition.</summary>
/// <param name="ActionId">The action; empty where it has no id.</param>
/// <param name="Message">What is wrong, in the words of the JSON.</param>
/// <param name="Column">Where in <see cref="ActionDefinition.Eligibility"/> the fault is, from 1; null = it is elsewhere.</param>
public sealed record ActionFault(string ActionId, string Message, int? Column = null);
