using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.State;

namespace Personalization.Engine.Decisions.Policies;

/// <summary>What must be equal for two models to speak of the same coefficients.</summary>
internal readonly record struct ActionModelShape(int Dimension, RewardLink Link, PosteriorForm Form, double PriorPrecision, double PriorReward)
{
    public const int Size = 4 + 2 + 2 * sizeof(double);

    /// <summary>Rewards that <see cref="CreatePrior"/> itself recorded.</summary>
    public int PriorRewards => Link == RewardLink.Identity ? 1 : 0;

    public static ActionModelShape From(int dimension, PolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, RewardModels.MaximumDimension);
        if (options.Faults().FirstOrDefault() is { } fault) throw new ArgumentException(fault, nameof(options));
        return new ActionModelShape(dimension, options.Link, options.Posterior, options.PriorPrecision, options.PriorReward);
    }

    /// <summary>A posterior of an action that nothing is known of.</summary>
    public IRewardModel CreatePrior()
    {
        Span<double> mean = stackalloc double[Dimension];
        mean.Clear();
        if (Link == RewardLink.Identity)
        {
            // A response of λr₀ along the constant, without a decision: A = λI, b = λr₀e₀, so that the mean is r₀e₀ and the covariance the prior's.
            IRewardModel prior = Form == PosteriorForm.Full ? new LinearPosterior(Dimension, PriorPrecision) : new DiagonalLinearPosterior(Dimension, PriorPrecision);
            mean[0] = 1;
            prior.RecordReward(mean, PriorPrecision * PriorReward);
            return prior;
        }

        mean[0] = Logistic.Logit(PriorReward);
        return Form == PosteriorForm.Full ? new LogisticPosterior(Dimension, PriorPrecision, mean) : new DiagonalLogisticPosterior(Dimension, PriorPrecision, mean);
    }

    public bool Fits(IRewardModel posterior) => posterior.Dimension == Dimension && (Link, Form) == posterior switch
    {
        LinearPosterior => (RewardLink.Identity, PosteriorForm.Full),
        DiagonalLinearPosterior => (RewardLink.Identity, PosteriorForm.Diagonal),
        LogisticPosterior => (RewardLink.Logistic, PosteriorForm.Full),
        _ => (RewardLink.Logistic, PosteriorForm.Diagonal),
    };

    public void Save(ref StateWriter writer)
    {
        writer.Write(Dimension);
        writer.Write((byte)Link);
        writer.Write((byte)Form);
        writer.Write(PriorPrecision);
        writer.Write(PriorReward);
    }

    public static ActionModelShape Load(ref StateReader reader)
    {
        var shape = new ActionModelShape(reader.ReadInt32(), (RewardLink)reader.ReadByte(), (PosteriorForm)reader.ReadByte(), reader.ReadDouble(), reader.ReadDouble());
        var valid = shape.Dimension is >= 1 and <= RewardModels.MaximumDimension && Enum.IsDefined(shape.Link) && Enum.IsDefined(shape.Form)
            && shape.PriorPrecision > 0 && double.IsFinite(shape.PriorPrecision) && shape.PriorReward is > 0 and < 1;
        return valid ? shape : throw new InvalidStateException("The shape of an action model is out of range.");
    }
}
