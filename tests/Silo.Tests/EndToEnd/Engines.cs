namespace Personalization.Silo.Tests.EndToEnd;

/// <summary>
/// Tests that run real engines take turns: each engine may use every core. Those of one engine and those of clusters are two queues, since both wait for disks, clocks and each other most of
/// their time.
/// </summary>
[CollectionDefinition(Collection)]
public sealed class Engines
{
    /// <summary>Tests of one engine at a time.</summary>
    public const string Collection = "engines";

    /// <summary>Tests of clusters, and the short forms of loads.</summary>
    public const string Clusters = "clusters";
}

/// <summary><see cref="Engines.Clusters"/>.</summary>
[CollectionDefinition(Engines.Clusters)]
public sealed class EngineClusters;
