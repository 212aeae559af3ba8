using System.Globalization;
using System.Net;
using System.Text;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>Draws a <see cref="Plot"/> as SVG text: axes with round ticks, a colour a curve, a legend.</summary>
internal static class SvgPlot
{
    private const double Width = 840, Height = 400, Left = 64, Right = 250, Top = 16, Bottom = 52;

    // Okabe and Ito's palette, told apart by colour-blind readers too.
    private static readonly string[] Colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#777777"];

    public static string Render(Plot plot)
    {
        var (x, y) = Axes(plot);
        var svg = new StringBuilder();
        Append(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\" ");
        Append(svg, $"aria-label=\"{Text(plot.Title)}\" font-family=\"system-ui,sans-serif\" font-size=\"12\" fill=\"currentColor\">");
        foreach (var tick in x.Ticks())
        {
            var at = X(x, tick);
            Append(svg, $"<path d=\"M{at:0.#} {Top}V{Height - Bottom}\" stroke=\"#8884\"/>");
            Append(svg, $"<text x=\"{at:0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Tick(tick)}</text>");
        }

        foreach (var tick in y.Ticks())
        {
            var at = Y(y, tick);
            Append(svg, $"<path d=\"M{Left} {at:0.#}H{Width - Right}\" stroke=\"#8884\"/>");
            Append(svg, $"<text x=\"{Left - 8}\" y=\"{at + 4:0.#}\" text-anchor=\"end\">{Tick(tick)}</text>");
        }

        Append(svg, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\">{Text(plot.XLabel)}</text>");
        Append(svg, $"<text transform=\"translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Text(plot.YLabel)}</text>");
        if (plot.Diagonal)
            Append(svg, $"<path d=\"M{X(x, 0):0.#} {Y(y, 0):0.#}L{X(x, 1):0.#} {Y(y, 1):0.#}\" stroke=\"#888\" stroke-dasharray=\"4 4\"/>");
        if (plot.Marker is { } marker)
            Append(svg, $"<path d=\"M{X(x, marker):0.#} {Top}V{Height - Bottom}\" stroke=\"#888\" stroke-dasharray=\"4 4\"/>");
        for (var i = 0; i < plot.Curves.Count; i++) AppendCurve(svg, plot.Curves[i], i, x, y);
        return svg.Append("</svg>").ToString();
    }

    private static void AppendCurve(StringBuilder svg, Curve curve, int index, Axis x, Axis y)
    {
        var colour = Colours[index % Colours.Length];
        (double X, double Y)[] points = [.. curve.Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))];
        if (curve.Style != CurveStyle.Dots && points.Length > 0)
        {
            Append(svg, $"<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" d=\"");
            for (var i = 0; i < points.Length; i++) Append(svg, $"{(i == 0 ? 'M' : 'L')}{X(x, points[i].X):0.#} {Y(y, points[i].Y):0.#}");
            svg.Append("\"/>");
        }

        if (curve.Style != CurveStyle.Line)
        {
            foreach (var (px, py) in points) Append(svg, $"<circle cx=\"{X(x, px):0.#}\" cy=\"{Y(y, py):0.#}\" r=\"3.5\" fill=\"{colour}\"/>");
        }

        var legend = Top + 12 + index * 20;
        Append(svg, $"<rect x=\"{Width - Right + 14}\" y=\"{legend - 8}\" width=\"14\" height=\"4\" fill=\"{colour}\"/>");
        Append(svg, $"<text x=\"{Width - Right + 34}\" y=\"{legend - 1}\">{Text(curve.Name)}</text>");
    }

    private static (Axis X, Axis Y) Axes(Plot plot)
    {
        var points = plot.Curves.SelectMany(curve => curve.Points).Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y));
        if (plot.Diagonal) points = points.Append((0, 0)).Append((1, 1));
        double left = double.PositiveInfinity, right = double.NegativeInfinity, low = 0, high = double.NegativeInfinity;
        foreach (var (px, py) in points)
        {
            left = Math.Min(left, px);
            right = Math.Max(right, px);
            low = Math.Min(low, py);
            high = Math.Max(high, py);
        }

        return (Axis.Over(left, right), Axis.Over(low, high));
    }

    private static double X(Axis axis, double value) => Left + axis.Share(value) * (Width - Left - Right);

    private static double Y(Axis axis, double value) => Height - Bottom - axis.Share(value) * (Height - Top - Bottom);

    private static void Append(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));

    private static string Tick(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private readonly record struct Axis(double From, double To, double Step)
    {
        private const int TicksWanted = 6;

        public static Axis Over(double from, double to)
        {
            if (!(from <= to)) (from, to) = (0, 1);
            if (from == to) to = from + 1;
            var rough = (to - from) / TicksWanted;
            var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
            var step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
            return new Axis(Math.Floor(from / step) * step, Math.Ceiling(to / step) * step, step);
        }

        public double Share(double value) => (value - From) / (To - From);

        public IEnumerable<double> Ticks()
        {
            var count = (int)Math.Round((To - From) / Step);
            for (var i = 0; i <= count; i++) yield return Math.Round(From + i * Step, 12);
        }
    }
}
