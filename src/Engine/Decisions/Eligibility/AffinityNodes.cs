using System.Globalization;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>Reads affinities: tables of names by hash, and dense tables by place.</summary>
internal static class AffinityNodes
{
    private static readonly string[] Tables = ["category", "brand", "channel", "priceBand", "hourOfDay", "dayOfWeek"];

    public static Bound Value(CallSyntax call, EligibilityBinder binder) => Bind(call, binder, isShare: false);

    public static Bound Share(CallSyntax call, EligibilityBinder binder) => Bind(call, binder, isShare: true);

    private static Bound Bind(CallSyntax call, EligibilityBinder binder, bool isShare)
    {
        var table = EligibilityFunctions.Literal(call, 0, "the table", binder);
        if (!Tables.Contains(table))
            throw new EligibilityParseException(call.Arguments[0].Offset, $"there is no table of affinities '{EligibilityBinder.Short(table)}'{NearestName.Hint(table, Tables)}; the tables are {string.Join(", ", Tables)}");
        var name = EligibilityFunctions.Literal(call, 1, "the name", binder);
        return new Bound(call, ValueKind.Number) { Number = new NumberColumn(FeaturePurpose.Personalization, Read(table, name, isShare, call.Arguments[1].Offset, binder.Scope)) };
    }

    private static NumberRead Read(string table, string name, bool isShare, int offset, EligibilityScope scope)
    {
        var hash = KeyHash.Name(scope.Tenant, name);
        var unit = scope.Settings.PriceBandUnit;
        return table switch
        {
            "category" => (in c) => Sparse(c.State.Categories, hash, c.AffinityFactor, isShare),
            "brand" => (in c) => Sparse(c.State.Brands, hash, c.AffinityFactor, isShare),
            "channel" => (in c) => Sparse(c.State.Channels, hash, c.AffinityFactor, isShare),
            "priceBand" => Dense(0, [.. Enumerable.Range(0, PriceBands.Count).Select(band => PriceBands.Name(band, unit))], name, isShare, offset),
            "hourOfDay" => Dense(FeatureState.HoursStart, [.. Enumerable.Range(0, FeatureState.Hours).Select(hour => hour.ToString("00", CultureInfo.InvariantCulture))], name, isShare, offset),
            _ => Dense(FeatureState.DaysStart, [.. EligibilityColumns.DaysOfWeek], name, isShare, offset),
        };
    }

    private static NumberRead Dense(int start, string[] names, string name, bool isShare, int offset)
    {
        var index = Array.IndexOf(names, name);
        var count = names.Length;
        if (index < 0) throw new EligibilityParseException(offset, $"there is no '{EligibilityBinder.Short(name)}'{NearestName.Hint(name, names)}; there are {string.Join(", ", names)}");
        return (in c) =>
        {
            ReadOnlySpan<double> weights = c.State.Dense;
            if (weights.Length == 0) return 0;
            weights = weights.Slice(start, count);
            return isShare ? ShareOf(weights, index, c.AffinityFactor) : weights[index] * c.AffinityFactor;
        };
    }

    private static double Sparse(AffinityTable table, ulong hash, double factor, bool isShare)
    {
        var index = table.Keys.IndexOf(hash);
        if (index < 0) return 0;
        return isShare ? ShareOf(table.Weights, index, factor) : table.Weights[index] * factor;
    }

    // Summed after decay, as the profile's reader does: both show the same bits.
    private static double ShareOf(ReadOnlySpan<double> weights, int index, double factor)
    {
        var sum = 0d;
        foreach (var weight in weights) sum += weight * factor;
        return sum > 0 ? weights[index] * factor / sum : 0;
    }
}
