using System.Collections;
using System.Globalization;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Tests.Profiles;

namespace Personalization.Engine.Tests.Decisions.Eligibility;

/// <summary>A column is what the profile shows under the same name, to the last bit.</summary>
public sealed class EligibilityViewTests
{
    // Of the request, or short forms of others.
    private static readonly HashSet<string> NotShown = ["at", "hourOfDay", "dayOfWeek", "orders", "revenue", "daysSinceFirstSeen", "daysSinceLastSeen", "daysSinceLastPurchase"];

    [Fact]
    public void Every_column_equals_what_the_profile_shows()
    {
        foreach (var (run, at) in new[] { (Shopper.Regular(), Shopper.At), (Shopper.Regular(), FoldRun.Noon), (new FoldRun(), Shopper.At) })
        {
            var view = run.View(at);
            var columns = EligibilityLanguage.Columns.Where(column => !NotShown.Contains(column.Name)).ToList();
            Assert.True(columns.Count > 50);
            foreach (var column in columns)
            {
                var shown = Shown(view, column.Name);
                var value = shown switch
                {
                    null => "null",
                    _ when column.Type == "time" => $"time('{DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(shown, CultureInfo.InvariantCulture)):yyyy-MM-ddTHH:mm:ss.fffZ}')",
                    _ => "context('shown')",
                };
                Assert.True(Holds($"{column.Name} = {value}", run, at, shown), $"{column.Name} is not {shown}");
            }
        }
    }

    [Fact]
    public void Affinities_and_counts_equal_what_the_profile_shows()
    {
        var run = Shopper.Regular();
        var view = run.View(Shopper.At);
        Assert.NotEmpty(view.Affinities["category"]);
        Assert.All(view.Affinities, table => Assert.All(table.Value, row =>
        {
            Assert.True(Holds($"affinity('{table.Key}', '{row.Name}') = context('shown')", run, Shopper.At, row.Value));
            Assert.True(Holds($"affinityShare('{table.Key}', '{row.Name}') - context('shown') < 0.000000001 and context('shown') - affinityShare('{table.Key}', '{row.Name}') < 0.000000001", run, Shopper.At, row.Share));
        }));
        Assert.All(view.Totals.ByType.Where(type => type.Key != "custom"), type => Assert.True(Holds($"count('{type.Key}') = context('shown')", run, Shopper.At, type.Value)));
    }

    private static bool Holds(string text, FoldRun run, long at, object? shown)
    {
        Assert.True(EligibilityExpression.TryParse(text, Shopper.Scope, out var expression, out var fault), $"{text}: {fault}");
        var value = shown switch
        {
            null => default,
            bool flag => ContextValue.Of(flag),
            string name => ContextValue.Of(name),
            _ => ContextValue.Of(Convert.ToDouble(shown, CultureInfo.InvariantCulture)),
        };
        return expression.IsTrue(new EligibilityContext(run.Profile, at, new Dictionary<string, ContextValue> { ["shown"] = value }, run.Settings));
    }

    private static object? Shown(ProfileView view, string name)
    {
        object? value = view;
        foreach (var part in name.Split('.'))
        {
            switch (value)
            {
                case null:
                    return null;
                case IDictionary table:
                    value = table.Contains(part) ? table[part] : 0L;
                    break;
                default:
                    var member = value.GetType().GetProperty(char.ToUpperInvariant(part[0]) + part[1..]);
                    Assert.True(member is not null, $"the profile shows no {name}");
                    value = member.GetValue(value);
                    break;
            }
        }

        return value;
    }
}
