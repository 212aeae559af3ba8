namespace Personalization.Silo.Commands.Evaluate;

/// <summary>A plot of the report: curves over a shared pair of axes, drawn as inline SVG.</summary>
/// <param name="Title">What is seen, in a few words.</param>
/// <param name="XLabel">The horizontal axis with its unit.</param>
/// <param name="YLabel">The vertical axis with its unit.</param>
/// <param name="Curves">The curves, at least one; each has its own colour and a line in the legend.</param>
public sealed record Plot(string Title, string XLabel, string YLabel, IReadOnlyList<Curve> Curves)
{
    /// <summary>Draws the diagonal from (0, 0) to (1, 1): chance for a ROC curve, perfection for a calibration curve.</summary>
    public bool Diagonal { get; init; }

    /// <summary>A horizontal position marked by a dashed line, such as the split between calibration and hold-out.</summary>
    public double? Marker { get; init; }
}

/// <summary>One curve of a <see cref="Plot"/>.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">The points in drawing order; points that are not finite are left out.</param>
/// <param name="Style">A line, a line with a dot at each point, or dots alone.</param>
public sealed record Curve(string Name, IReadOnlyList<(double X, double Y)> Points, CurveStyle Style = CurveStyle.Line);

/// <summary>How a <see cref="Curve"/> is drawn.</summary>
public enum CurveStyle
{
    /// <summary>A line through the points.</summary>
    Line,

    /// <summary>A line, and a dot at each point.</summary>
    LineAndDots,

    /// <summary>Dots alone.</summary>
    Dots,
}
