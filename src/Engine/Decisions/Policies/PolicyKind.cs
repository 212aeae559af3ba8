namespace Personalization.Engine.Decisions.Policies;

/// <summary>How a slot turns what is believed of its actions into the distribution that one is drawn from. Numbers are stored: never reused.</summary>
public enum PolicyKind
{
    /// <summary>Thompson sampling over a Bayesian linear regression of the reward for each action. What a slot does that nobody configured.</summary>
    LinearThompsonSampling = 0,

    /// <summary>Thompson sampling over a Bayesian logistic regression for each action: the truer model of rare rewards of 0 and 1.</summary>
    LogisticThompsonSampling = 1,

    /// <summary>Inverse gap weighting around the logistic regression's predictions.</summary>
    SquareCb = 2,

    /// <summary>The best by the logistic regression's prediction, and any action with probability ε; ε = 0 is greedy.</summary>
    EpsilonGreedy = 3,

    /// <summary>Every eligible action alike: learns nothing it uses, and its records evaluate every other policy best.</summary>
    Uniform = 4,
}

/// <summary>How much of the covariance between features a posterior keeps.</summary>
public enum PosteriorForm
{
    /// <summary>All of it: O(d²) memory and time. For d up to about 64.</summary>
    Full = 0,

    /// <summary>
    /// Only the diagonal: O(d); for hundreds of features or thousands of actions. A logistic model loses some precision by it. A linear one stays biased where features go together, the constant with any other included (rates of .05 and .3
    /// by one indicator are predicted as .12 and .27, however long it learns): take the logistic one with it.
    /// </summary>
    Diagonal = 1,
}
