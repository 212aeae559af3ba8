using Personalization.Algorithms.Recommendation.ItemPairs;
using Personalization.Algorithms.Recommendation.Mixing;
using Personalization.Algorithms.Recommendation.NearestNeighbours;
using Personalization.Algorithms.Recommendation.Trending;

namespace Personalization.Algorithms.Recommendation;

/// <summary>
/// Compares the recommenders on a user's sessions: what is to be chosen (neighbours of VMIS-kNN, weights of the mix, the best method) is chosen on
/// the last day of training, and only then the test is looked at.
/// </summary>
/// <remarks>
/// <para>The last day of training are the sessions that end within 24 hours of its last click; where that is less than 1 % or more than half of the
/// sessions, the last tenth.</para>
/// <list type="number">
/// <item>All methods learn the sessions before the last day.</item>
/// <item>They are asked about the last day by the <see cref="NextItemEvaluation"/> given. The variant of VMIS-kNN with the largest HR stays. The mix
/// predicts each case first and learns its weights from it after that, in one pass.</item>
/// <item>All methods learn the whole of training anew, the mix with the weights it had at the end of the last day, frozen; the test is asked.</item>
/// </list>
/// </remarks>
public static class NextItemBacktest
{
    private const long Day = 86_400_000;

    private static readonly VmisKnnOptions[] Variants =
    [
        new() { RecentSessions = 500, Neighbours = 50, LastItems = 2 },
        new() { RecentSessions = 500, Neighbours = 100, LastItems = 9 },
        new() { RecentSessions = 500, Neighbours = 100, LastItems = 4, IdfExponent = 0 },
        new() { RecentSessions = 1_500, Neighbours = 300, LastItems = 4 },
        new() { RecentSessions = 1_500, Neighbours = 500, LastItems = 9 },
    ];

    /// <summary>Runs the comparison.</summary>
    /// <param name="train">Sessions to learn from, in the order of their last click.</param>
    /// <param name="test">Later sessions.</param>
    /// <param name="evaluation">Cutoff, shortest prefix, repeats.</param>
    /// <param name="progress">Told of each stage and how much of it is done.</param>
    /// <exception cref="ArgumentException">Training has fewer than ten sessions, or the test holds no case.</exception>
    public static NextItemBacktestReport Run(SessionSet train, SessionSet test, NextItemEvaluation evaluation, Action<string, double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(evaluation);
        if (train.Count < 10) throw new ArgumentException("Training needs ten sessions at least.", nameof(train));
        var cut = LastDay(train);
        var past = train.Slice(0, cut).ClicksInTimeOrder();
        var day = train.Slice(cut, train.Count);

        progress?.Invoke("choosing on the last day of training", 0);
        var chosen = Variants[0];
        NextItemResult? chosenResult = null;
        for (var v = 0; v < Variants.Length; v++)
        {
            var result = evaluation.Evaluate(Fit(new VmisKnn(Variants[v]), past), day);
            if (chosenResult is null || result.HitRate > chosenResult.HitRate) (chosen, chosenResult) = (Variants[v], result);
            progress?.Invoke("choosing on the last day of training", (v + 1.0) / Variants.Length);
        }

        progress?.Invoke("learning the mix on the last day of training", 0);
        var mix = Fit(new RecommendationMix(Sources(chosen)), past);
        var onDay = new List<NextItemResult> { chosenResult! };
        onDay.AddRange(Singles(mix).Skip(1).Select(single => evaluation.Evaluate(single, day)));
        onDay.Add(evaluation.EvaluateAndLearn(mix, day, s => progress?.Invoke("learning the mix on the last day of training", s / (double)day.Count)));

        progress?.Invoke("learning all of training", 0);
        var final = Fit(new RecommendationMix(Sources(chosen)), train.ClicksInTimeOrder());
        final.SetWeights(mix.Weights);
        SessionRecommender[] methods = [.. Singles(final), final];
        var entries = new List<NextItemBacktestEntry>();
        for (var i = 0; i < methods.Length; i++)
        {
            var method = methods[i];
            var result = evaluation.Evaluate(method, test, s => progress?.Invoke($"testing {method.Name}", s / (double)test.Count));
            if (result.Cases == 0) throw new ArgumentException("The test holds no case: no session is long enough.", nameof(test));
            entries.Add(new NextItemBacktestEntry(method, onDay[i], result));
        }

        return new NextItemBacktestReport(entries, entries.MaxBy(e => e.LastDay.NormalizedDiscountedCumulativeGain)!.Recommender.Name, chosen, day.Count);
    }

    private static int LastDay(SessionSet train)
    {
        var cut = train.FirstEndingAtOrAfter(train.Times(train.Count - 1)[^1] - Day);
        var sessions = train.Count - cut;
        return sessions < train.Count / 100 || sessions > train.Count / 2 ? train.Count - (train.Count / 10) : cut;
    }

    // Two views of the neighbours: the chosen one, and one that looks at the last two items alone, which ranks the top of the list better.
    private static SessionRecommender[] Sources(VmisKnnOptions chosen) =>
    [
        new VmisKnn(chosen),
        new SequentialRules(),
        new CoVisitation(new() { LastItems = 4 }),
        new TrendingItems(),
        new VmisKnn(new() { RecentSessions = 500, Neighbours = 100, LastItems = 2 }),
    ];

    private static IEnumerable<SessionRecommender> Singles(RecommendationMix mix) => mix.Sources.Take(4);

    private static T Fit<T>(T recommender, Click[] clicks)
        where T : SessionRecommender
    {
        foreach (ref readonly var click in clicks.AsSpan()) recommender.Learn(click);
        return recommender;
    }
}
