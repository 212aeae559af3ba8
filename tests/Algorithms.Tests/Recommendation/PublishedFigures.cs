using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.NearestNeighbours;

namespace Personalization.Algorithms.Tests.Recommendation;

public sealed class PublishedFigures(ITestOutputHelper output)
{
    [Theory]
    [InlineData(500, 50, 2, .3277, .6402)]
    [InlineData(1502, 288, 4, .3401, null)]
    public void VmisKnn_reproduces_the_published_figures_of_the_serenade_example(int m, int k, int last, double mrr, double? hitRate)
    {
        var (train, test) = SessionData.Serenade();
        var vmis = new VmisKnn(new() { RecentSessions = m, Neighbours = k, LastItems = last });
        foreach (var click in train.ClicksInTimeOrder()) vmis.Learn(click);
        var result = new NextItemEvaluation { Repeats = RepeatPolicy.ExcludeCurrent }.Evaluate(vmis, test);
        output.WriteLine($"{result.Cases} cases HR {result.HitRate:F4} MRR {result.MeanReciprocalRank:F4}");
        Assert.Equal(931, result.Cases);
        Assert.Equal(mrr, result.MeanReciprocalRank, .005);
        if (hitRate is { } published) Assert.Equal(published, result.HitRate, .005);
    }
}
