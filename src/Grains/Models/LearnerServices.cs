using Microsoft.Extensions.Logging;
using Personalization.Configuration;
using Personalization.Stores;

namespace Personalization.Grains.Models;

/// <summary>What all learners and replicas of a silo share.</summary>
/// <param name="Store">Where the outbox is.</param>
/// <param name="Documents">Where models are stored.</param>
/// <param name="Partitions">The number of partitions.</param>
/// <param name="Options">The settings.</param>
/// <param name="Time">The wall clock.</param>
/// <param name="Metrics">What operators watch.</param>
/// <param name="Logger">What operators read.</param>
internal sealed record LearnerServices(
    IPartitionStore Store, IDocumentStore Documents, int Partitions, PersonalizationOptions Options, TimeProvider Time, ModelMetrics Metrics, ILogger<Learner> Logger);
