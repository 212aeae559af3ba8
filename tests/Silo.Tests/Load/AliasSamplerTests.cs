using CsCheck;
using Personalization.Algorithms.Numerics;
using Personalization.Load.Traffic;

namespace Personalization.Silo.Tests.Load;

public sealed class AliasSamplerTests
{
    [Fact]
    public void Each_number_comes_as_often_as_its_weight_says()
    {
        Gen.Select(Gen.Double[0, 1].Array[1, 20], Gen.ULong).Where(pair => pair.Item1.Sum() > 0.01).Sample(
            pair =>
            {
                const int Draws = 20_000;
                var (weights, seed) = pair;
                var sampler = new AliasSampler(weights);
                var random = new Xoshiro256(seed);
                var counts = new int[weights.Length];
                for (var i = 0; i < Draws; i++) counts[sampler.Draw(ref random)]++;
                for (var i = 0; i < weights.Length; i++)
                {
                    var share = weights[i] / weights.Sum();
                    var deviation = Math.Sqrt(Math.Max(share * (1 - share), 1e-6) / Draws);
                    Assert.InRange((double)counts[i] / Draws, share - (6 * deviation), share + (6 * deviation));
                }
            },
            iter: 50);
    }

    [Fact]
    public void By_Zipf_the_first_of_a_hundred_thousand_comes_one_time_in_twelve()
    {
        var sampler = AliasSampler.Zipf(100_000, 1);
        var random = new Xoshiro256(1);
        var first = 0;
        for (var i = 0; i < 100_000; i++)
        {
            if (sampler.Draw(ref random) == 0) first++;
        }

        // 1 / H(100,000) = 1 / 12.0901
        Assert.InRange(first / 100_000.0, 0.0800, 0.0855);
    }
}
