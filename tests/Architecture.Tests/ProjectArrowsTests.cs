using System.Reflection;

namespace Personalization.Architecture.Tests;

/// <summary>Dependencies between projects run one way; a new arrow is a decision, made here.</summary>
public sealed class ProjectArrowsTests
{
    [Theory]
    [InlineData("Personalization.Algorithms", "System.", "MathNet.Numerics", "netstandard")]
    public void Algorithms_references_nothing_but_the_framework_and_mathematics(string assemblyName, params string[] allowed)
    {
        var references = Assembly.Load(assemblyName).GetReferencedAssemblies().Select(reference => reference.Name!);
        Assert.All(references, name => Assert.Contains(allowed, prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
    }
}
