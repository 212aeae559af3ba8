using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.Learning.Scaling;
using Personalization.Algorithms.Numerics;

namespace Personalization.Silo.Commands.Evaluate.Learning;

/// <summary>Cross-validation of an online classifier: the scaler and the classifier see the training rows alone.</summary>
internal sealed class CrossValidation(EncodedRow[] rows, int[] labels, int[] assigned, int folds, int passes, ulong seed)
{
    /// <summary>Each row's probability from the model that has not seen it, and the mean log loss of predict-then-learn on the first pass over the training rows.</summary>
    public (double[] Probabilities, double TrainingLoss) Run(Func<IOnlineLearner> create, CancellationToken cancellation)
    {
        var probabilities = new double[rows.Length];
        var buffer = new Feature[rows.Max(row => row.Numbers.Length + row.Indicators.Length)];
        var loss = 0.0;
        for (var fold = 0; fold < folds; fold++)
        {
            var training = Enumerable.Range(0, rows.Length).Where(i => assigned[i] != fold).ToArray();
            var scaler = new StandardScaler();
            foreach (var i in training) scaler.LearnOne(rows[i].Numbers);
            var learner = create();
            var first = new ProgressiveValidation(learner);
            var random = new Xoshiro256(seed, (ulong)fold);
            for (var pass = 0; pass < passes; pass++)
            {
                cancellation.ThrowIfCancellationRequested();
                random.Shuffle<int>(training);
                foreach (var i in training)
                {
                    var x = Scaled(rows[i], scaler, buffer);
                    if (pass == 0) first.Next(x, labels[i]);
                    else learner.LearnOne(x, labels[i]);
                }
            }

            loss += first.Measures.LogLoss / folds;
            for (var i = 0; i < rows.Length; i++)
            {
                if (assigned[i] == fold) probabilities[i] = learner.PredictOne(Scaled(rows[i], scaler, buffer));
            }
        }

        return (probabilities, loss);
    }

    internal static ReadOnlySpan<Feature> Scaled(EncodedRow row, StandardScaler scaler, Span<Feature> buffer)
    {
        var count = scaler.Transform(row.Numbers, buffer);
        row.Indicators.CopyTo(buffer[count..]);
        return buffer[..(count + row.Indicators.Length)];
    }
}
