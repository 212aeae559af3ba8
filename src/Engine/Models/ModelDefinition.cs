namespace Personalization.Engine.Models;

/// <summary>
/// A model that learns in the cluster: register one as a singleton, and it has a learner, a stored state, and a replica in each silo.
/// </summary>
public sealed class ModelDefinition
{
    /// <summary>Its name: key of the learner's grain, of its outbox consumer and of its documents. Letters, digits and <c>-</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The kinds of outbox rows that it learns from; rows of others are passed.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>
    /// How it is stored. False: the whole state at each save (a small model). True: a base now and then and the changes since, so that a save costs
    /// what changed (an index).
    /// </summary>
    public required bool KeepsChanges { get; init; }

    /// <summary>Makes the learner's own instance, empty.</summary>
    public required Func<IOnlineModel> Create { get; init; }

    /// <summary>This silo's replica.</summary>
    public required IModelReplica Replica { get; init; }
}
