using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Grains.Actions;
using Personalization.Grains.Customers;
using Personalization.Log;
using Personalization.Models;

namespace Personalization.Grains.Decisions;

/// <summary>What the decisions of all customers of a silo share.</summary>
/// <param name="Customers">What every customer shares.</param>
/// <param name="Pipeline">How the next best action is chosen.</param>
/// <param name="Library">The actions.</param>
/// <param name="Models">The shared models of slots.</param>
/// <param name="Slots">The slots' settings.</param>
/// <param name="Appender">Where records go: the log, in process.</param>
/// <param name="SigningKey">Signs decision ids.</param>
/// <param name="Replicas">Which copies were read.</param>
/// <param name="Metrics">What operators watch.</param>
internal sealed record DecisionServices(
    CustomerServices Customers,
    DecisionPipeline Pipeline,
    ActionLibraryReplica Library,
    IActionModels Models,
    SlotTable Slots,
    ILogAppender Appender,
    DecisionSigningKey SigningKey,
    Replicas Replicas,
    DecisionMetrics Metrics)
{
    /// <summary>Seeds the draws of this process; each record holds it.</summary>
    public ulong Seed { get; } = (ulong)Random.Shared.NextInt64();

    /// <summary>How much of what is learned each key has taught.</summary>
    public KeyShares Shares { get; } = new();

    /// <summary>Sees to it that everything a decision is made of was read once.</summary>
    /// <exception cref="NotReadYetException">Something was not.</exception>
    public async ValueTask Require()
    {
        Replicas.Require(Personalization.Models.Replicas.ActionLibrary);
        Replicas.Require(Personalization.Models.Replicas.SlotModels);
        try
        {
            // Before the draw: a decision that was recorded must be able to tell its id.
            await SigningKey.Get();
        }
        catch (Exception fault) when (fault is not InvalidDataException)
        {
            throw NotReadYetException.Of(Personalization.Models.Replicas.SigningKey, fault);
        }
    }

    /// <summary>The settings.</summary>
    public DecisionOptions Options => Customers.Options.Decisions;

    /// <summary>Whether models are to learn from what is decided now.</summary>
    public bool Learns => Customers.Options.Learning == LearningKind.Online;

    /// <summary>The wall clock.</summary>
    public TimeProvider Time => Customers.Time;
}
