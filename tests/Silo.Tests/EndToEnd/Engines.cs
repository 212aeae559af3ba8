namespace Personalization.Silo.Tests.EndToEnd;

/// <summary>Tests that run real engines take turns: each engine may use every core.</summary>
[CollectionDefinition(Collection)]
public sealed class Engines
{
    public const string Collection = "engines";
}
