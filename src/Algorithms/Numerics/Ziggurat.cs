namespace Personalization.Algorithms.Numerics;

/// <summary>
/// Tables of the ziggurat method for the standard normal: J. A. Doornik, "An improved ziggurat method to generate normal random samples" (2005), after
/// G. Marsaglia and W. W. Tsang, "The ziggurat method for generating random variables" (2000). The density is covered by 256 strips of equal area.
/// </summary>
internal static class Ziggurat
{
    /// <summary>Strips, the lowest with the tail behind <see cref="TailStart"/> included.</summary>
    public const int Strips = 256;

    /// <summary>Where the tail begins: r of the method for 256 strips.</summary>
    public const double TailStart = 3.6541528853610088;

    /// <summary>Area of a strip: v of the method for 256 strips.</summary>
    private const double Area = 0.00492867323399;

    /// <summary>The strips' right edges, falling; strip i lies below x[i], and all of it that is below x[i + 1] is under the density.</summary>
    public static readonly double[] Edges = MakeEdges();

    private static double[] MakeEdges()
    {
        var edges = new double[Strips + 1];
        var density = Math.Exp(-0.5 * TailStart * TailStart);
        edges[0] = Area / density;
        edges[1] = TailStart;
        for (var i = 2; i < Strips; i++)
        {
            edges[i] = Math.Sqrt(-2 * Math.Log(Area / edges[i - 1] + density));
            density = Math.Exp(-0.5 * edges[i] * edges[i]);
        }

        return edges;
    }
}
