using CsCheck;
using Personalization.Algorithms.Evaluation;

namespace Personalization.Algorithms.Tests.Evaluation;

public sealed class ConfidenceIntervalTests
{
    [Fact]
    public void Wilson_reproduces_the_textbook_example()
    {
        var interval = ConfidenceInterval.Wilson(8, 10);
        Assert.Equal(0.8, interval.Estimate);
        Assert.Equal(0.4902, interval.Lower, 4);
        Assert.Equal(0.9433, interval.Upper, 4);
    }

    [Fact]
    public void Wilson_stays_inside_the_unit_interval_and_around_its_estimate() =>
        Gen.Select(Gen.Int[1, 100_000], Gen.Double[0, 1], Gen.Double[0.01, 0.999]).Sample((trials, share, level) =>
        {
            var interval = ConfidenceInterval.Wilson(Math.Round(share * trials), trials, level);
            return interval.Lower >= 0 && interval.Upper <= 1 && interval.Lower <= interval.Estimate + 1e-12 && interval.Upper >= interval.Estimate - 1e-12;
        });

    [Fact]
    public void Without_trials_nothing_is_known()
    {
        var interval = ConfidenceInterval.Wilson(0, 0);
        Assert.True(double.IsNaN(interval.Estimate));
        Assert.True(interval.Contains(0.3));
        Assert.True(double.IsPositiveInfinity(interval.Width));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_level_outside_the_open_unit_interval_is_refused(double level)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Normal(0, 1, level));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Wilson(1, 2, level));
    }
}
