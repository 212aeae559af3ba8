using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Policies;
using Personalization.Algorithms.Bandits.Posteriors;

namespace Personalization.Algorithms.Tests.Bandits;

public sealed class UniformPolicyChecks : BanditPolicyChecks
{
    protected override (IBanditPolicy, IRewardModel?) Create(double epsilon) => (new UniformPolicy(), null);
}

public sealed class EpsilonGreedyPolicyChecks : BanditPolicyChecks
{
    protected override (IBanditPolicy, IRewardModel?) Create(double epsilon)
    {
        var model = new LinearPosterior(Dimension);
        return (new EpsilonGreedyPolicy(model, epsilon), model);
    }
}

public sealed class SoftmaxPolicyChecks : BanditPolicyChecks
{
    protected override (IBanditPolicy, IRewardModel?) Create(double epsilon)
    {
        var model = new DiagonalLogisticPosterior(Dimension);
        return (new SoftmaxPolicy(model, 0.1, epsilon), model);
    }
}

public sealed class LinUcbPolicyChecks : BanditPolicyChecks
{
    protected override (IBanditPolicy, IRewardModel?) Create(double epsilon)
    {
        var model = new LinearPosterior(Dimension);
        return (new LinUcbPolicy(model, 1, epsilon), model);
    }
}

public sealed class DiagonalLinUcbPolicyChecks : BanditPolicyChecks
{
    protected override (IBanditPolicy, IRewardModel?) Create(double epsilon)
    {
        var model = new DiagonalLinearPosterior(Dimension);
        return (new LinUcbPolicy(model, 1, epsilon), model);
    }
}

public sealed class LinearThompsonSamplingChecks : BanditPolicyChecks
{
    protected override (IBanditPolicy, IRewardModel?) Create(double epsilon)
    {
        var model = new LinearPosterior(Dimension);
        return (new ThompsonSamplingPolicy(model, 0.5, epsilon), model);
    }
}

public sealed class DiagonalLinearThompsonSamplingChecks : BanditPolicyChecks
{
    protected override (IBanditPolicy, IRewardModel?) Create(double epsilon)
    {
        var model = new DiagonalLinearPosterior(Dimension);
        return (new ThompsonSamplingPolicy(model, 0.5, epsilon), model);
    }
}

public sealed class LogisticThompsonSamplingChecks : BanditPolicyChecks
{
    protected override (IBanditPolicy, IRewardModel?) Create(double epsilon)
    {
        var model = new LogisticPosterior(Dimension);
        return (new ThompsonSamplingPolicy(model, 1, epsilon), model);
    }
}

public sealed class DiagonalLogisticThompsonSamplingChecks : BanditPolicyChecks
{
    protected override (IBanditPolicy, IRewardModel?) Create(double epsilon)
    {
        var model = new DiagonalLogisticPosterior(Dimension);
        return (new ThompsonSamplingPolicy(model, 1, epsilon), model);
    }
}

public sealed class SquareCbPolicyChecks : BanditPolicyChecks
{
    protected override (IBanditPolicy, IRewardModel?) Create(double epsilon)
    {
        var model = new LinearPosterior(Dimension);
        return (new SquareCbPolicy(model, 10, 0.5, epsilon), model);
    }
}
