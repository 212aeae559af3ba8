namespace Personalization.Algorithms.State;

/// <summary>What a stored state is. Numbers are part of the stored form: never reused, never renumbered.</summary>
public enum StateKind : ushort
{
    /// <summary>Not a state.</summary>
    None = 0,

    /// <summary>Weights of FTRL-proximal.</summary>
    FtrlProximal = 1,

    /// <summary>Weights of AdaGrad.</summary>
    AdaGrad = 2,

    /// <summary>Online logistic regression.</summary>
    LogisticRegression = 3,

    /// <summary>Online linear regression.</summary>
    LinearRegression = 4,

    /// <summary>Running means and deviations by feature.</summary>
    StandardScaler = 5,

    /// <summary>Platt's sigmoid over another learner's probability.</summary>
    PlattCalibrator = 6,

    /// <summary>Isotonic map over another learner's probability.</summary>
    IsotonicCalibrator = 7,

    /// <summary>A learner behind a scaler.</summary>
    ScaledLearner = 8,

    /// <summary>A learner in front of a calibrator.</summary>
    CalibratedClassifier = 9,

    /// <summary>Names of features and their indexes.</summary>
    NamedFeatureSpace = 10,

    /// <summary>A regression whose targets are scaled.</summary>
    TargetScaledLearner = 11,

    /// <summary>Full linear-Gaussian statistics Σxxᵀ, Σr·x.</summary>
    LinearPosterior = 20,

    /// <summary>Diagonal linear statistics.</summary>
    DiagonalStatistics = 21,

    /// <summary>Full Laplace posterior of a logistic model.</summary>
    LogisticPosterior = 22,

    /// <summary>Diagonal Laplace posterior of a logistic model.</summary>
    DiagonalLogisticPosterior = 23,

    /// <summary>A diagonal linear-Gaussian posterior.</summary>
    DiagonalLinearPosterior = 24,

    /// <summary>The action model of one slot: a posterior for each action.</summary>
    ActionModel = 40,
}
