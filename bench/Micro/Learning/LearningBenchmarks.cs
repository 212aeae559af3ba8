using BenchmarkDotNet.Attributes;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Calibration;
using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.Learning.Linear;
using Personalization.Algorithms.Learning.Scaling;
using Personalization.Algorithms.Numerics;

namespace Personalization.Micro.Learning;

/// <summary>The cost of predicting and of learning one event of 20 features in a hashed space of 2¹⁸; every method is a hot path and allocates nothing.</summary>
[MemoryDiagnoser]
public class LearningBenchmarks
{
    private const int Events = 1024;
    private const int Features = 20;

    private readonly Feature[] _features = new Feature[Events * Features];
    private readonly double[] _targets = new double[Events];
    private readonly HashedFeatureSpace _space = new();
    private IOnlineLearner _learner = null!;

    /// <summary>Which learner.</summary>
    [Params("FTRL", "AdaGrad", "scaled FTRL", "FTRL + Platt", "FTRL + isotonic")]
    public string Learner { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _learner = Learner switch
        {
            "AdaGrad" => new LogisticRegression(new AdaGrad()),
            "scaled FTRL" => new ScaledLearner(new LogisticRegression()),
            "FTRL + Platt" => new CalibratedClassifier(new LogisticRegression(), new PlattCalibrator()),
            "FTRL + isotonic" => new CalibratedClassifier(new LogisticRegression(), new IsotonicCalibrator()),
            _ => new LogisticRegression(),
        };
        var random = new Xoshiro256(1);
        for (var i = 0; i < _features.Length; i++) _features[i] = new Feature(random.NextInt32(1 << 18), (float)random.NextGaussian());
        for (var i = 0; i < Events; i++) _targets[i] = random.NextInt32(2);
        Learn();
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public double Predict()
    {
        var sum = 0.0;
        for (var i = 0; i < Events; i++) sum += _learner.PredictOne(_features.AsSpan(i * Features, Features));
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public void Learn()
    {
        for (var i = 0; i < Events; i++) _learner.LearnOne(_features.AsSpan(i * Features, Features), _targets[i]);
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int BuildVectorOfSix()
    {
        Span<Feature> buffer = stackalloc Feature[8];
        var count = 0;
        for (var i = 0; i < Events; i++)
        {
            var x = new FeatureVector(_space, buffer, learning: true);
            x.Add("price", i);
            x.Add("recency", i);
            var category = x.AddCategory("category", "shoes");
            var channel = x.AddCategory("channel", "email");
            x.AddCategory("brand", "acme");
            x.AddInteractions(category, channel);
            count += x.Features.Length;
        }

        return count;
    }
}
