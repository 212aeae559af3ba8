using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Calibration;
using Personalization.Algorithms.Learning.Linear;
using Personalization.Algorithms.Learning.Scaling;

namespace Personalization.Algorithms.Tests.Learning;

public sealed class FtrlLogisticRegressionChecks : OnlineLearnerChecks
{
    protected override IOnlineLearner Create() => new LogisticRegression(new FtrlProximal(new FtrlProximalOptions { Alpha = 0.3, L2 = 0.01 }));
}

public sealed class SparseFtrlLogisticRegressionChecks : OnlineLearnerChecks
{
    protected override IOnlineLearner Create() => new LogisticRegression(new FtrlProximal(new FtrlProximalOptions { Alpha = 0.3, L1 = 1 }));
}

public sealed class AdaGradLogisticRegressionChecks : OnlineLearnerChecks
{
    protected override IOnlineLearner Create() => new LogisticRegression(new AdaGrad(new AdaGradOptions { Rate = 0.2, L2 = 1e-4 }));
}

public sealed class FtrlLinearRegressionChecks : OnlineLearnerChecks
{
    protected override IOnlineLearner Create() => new LinearRegression(new FtrlProximal(new FtrlProximalOptions { Alpha = 0.3 }));
}

public sealed class AdaGradLinearRegressionChecks : OnlineLearnerChecks
{
    protected override IOnlineLearner Create() => new LinearRegression(new AdaGrad(new AdaGradOptions { Rate = 0.2 }));
}

public sealed class ScaledLogisticRegressionChecks : OnlineLearnerChecks
{
    protected override IOnlineLearner Create() => new ScaledLearner(new LogisticRegression(new FtrlProximal(new FtrlProximalOptions { Alpha = 0.3 })));
}

public sealed class TargetScaledLinearRegressionChecks : OnlineLearnerChecks
{
    protected override IOnlineLearner Create() => new TargetScaledLearner(new LinearRegression(new FtrlProximal(new FtrlProximalOptions { Alpha = 0.3 })));
}

public sealed class PlattCalibratedClassifierChecks : OnlineLearnerChecks
{
    protected override IOnlineLearner Create() =>
        new CalibratedClassifier(new LogisticRegression(new AdaGrad(new AdaGradOptions { Rate = 0.2 })), new PlattCalibrator());
}

public sealed class IsotonicCalibratedClassifierChecks : OnlineLearnerChecks
{
    protected override IOnlineLearner Create() =>
        new CalibratedClassifier(new LogisticRegression(new AdaGrad(new AdaGradOptions { Rate = 0.2 })), new IsotonicCalibrator());
}
