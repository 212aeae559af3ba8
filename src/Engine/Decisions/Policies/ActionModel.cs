using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.State;

namespace Personalization.Engine.Decisions.Policies;

/// <summary>What is believed of one slot's actions: for each a posterior over the coefficients of x. An immutable snapshot, safe on any number of threads.</summary>
/// <remarks>
/// <para>
/// Score of action a: x·θₐ, with the θₐ independent of each other and N(m₀, I/λ) before any data; m₀ is 0 but for the constant's coefficient, which is the base rate r₀ (<see cref="PolicyOptions.PriorReward"/>), or its log-odds for
/// a logistic model. Learned by <see cref="ActionModelLearner"/>; a snapshot shares the posteriors that did not change with the one before.
/// </para>
/// <para>Memory: actions × (d(d+1) + 2d) doubles for a full linear posterior (9 KiB at d = 32), half for a logistic one, 2d for diagonals.</para>
/// </remarks>
public sealed class ActionModel : IStateful
{
    private readonly Dictionary<ulong, IRewardModel> _posteriors;
    private readonly IRewardModel _prior;

    internal ActionModel(ActionModelShape shape, long version, Dictionary<ulong, IRewardModel> posteriors)
    {
        Shape = shape;
        Version = version;
        _posteriors = posteriors;
        _prior = shape.CreatePrior();
        foreach (var posterior in posteriors.Values)
        {
            Decisions += posterior.Decisions;
            Rewards += posterior.Rewards - shape.PriorRewards;
        }
    }

    /// <summary>A model that knows nothing but its prior, version 0.</summary>
    /// <param name="dimension">d, 1 to 1,024.</param>
    /// <param name="options">The slot's options: link, prior and form are taken from them.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static ActionModel Empty(int dimension, PolicyOptions options) => new(ActionModelShape.From(dimension, options), 0, []);

    /// <summary>The same as the next version after another model, so that versions of a slot never come twice.</summary>
    internal ActionModel After(ActionModel other) => new(Shape, other.Version + 1, new Dictionary<ulong, IRewardModel>(_posteriors));

    /// <summary>d.</summary>
    public int Dimension => Shape.Dimension;

    /// <summary>What turns a score into an expected reward.</summary>
    public RewardLink Link => Shape.Link;

    /// <summary>Counts the snapshots in which something was learned.</summary>
    public long Version { get; }

    /// <summary>Actions with a posterior of their own.</summary>
    public int Actions => _posteriors.Count;

    /// <summary>Decisions recorded, over all actions.</summary>
    public long Decisions { get; }

    /// <summary>Rewards recorded, over all actions.</summary>
    public long Rewards { get; }

    /// <summary>Bytes of a state before its posteriors.</summary>
    internal const int HeadSize = StateWriter.HeadSize + ActionModelShape.Size + sizeof(long) + sizeof(int);

    internal ActionModelShape Shape { get; }

    internal IReadOnlyDictionary<ulong, IRewardModel> Posteriors => _posteriors;

    /// <summary>Whether this model was made for that dimension and the model's part of those options; if not, start from <see cref="Empty"/>.</summary>
    public bool IsFor(int dimension, PolicyOptions options) => Shape == ActionModelShape.From(dimension, options);

    /// <summary>Decisions and rewards recorded of one action; zeros for one never tried.</summary>
    public (long Decisions, long Rewards) Counts(ulong action) => _posteriors.TryGetValue(action, out var posterior) ? (posterior.Decisions, posterior.Rewards - Shape.PriorRewards) : default;

    /// <summary>The mean of an action's score at x. This is what a decision's record keeps of the shared model, and what <see cref="CustomerActionModel.Record"/> takes.</summary>
    public double Score(ulong action, ReadOnlySpan<double> features) => Posterior(action).Score(features);

    /// <summary>The variance of an action's score at x; in units of the reward's noise variance for a linear model.</summary>
    public double ScoreVariance(ulong action, ReadOnlySpan<double> features) => Posterior(action).ScoreVariance(features);

    /// <summary>The expected reward at a score, in [0, 1]: a linear score outside is cut off.</summary>
    public double Reward(double score) => Link == RewardLink.Logistic ? Logistic.Sigmoid(score) : Math.Clamp(score, 0, 1);

    /// <summary>The largest d that covariances are kept for: 66 KB an action. Beyond it each variance is a triangular solve.</summary>
    internal const int LargestCovariance = 128;

    /// <summary>Bytes of the covariances that sampling makes it keep, at most.</summary>
    internal long CovarianceBytes => Dimension <= LargestCovariance && Shape.Form == PosteriorForm.Full ? (long)Actions * QuadraticForm.Length(Dimension) * sizeof(double) : 0;

    /// <summary>Makes the covariances that sampling asks for, instead of at the first decision. O(actions·d³).</summary>
    public void Prepare()
    {
        if (Dimension > LargestCovariance) return;
        foreach (var posterior in _posteriors.Values)
        {
            if (posterior is IHasCovariance believed) _ = believed.Covariance;
        }

        if (_prior is IHasCovariance untaught) _ = untaught.Covariance;
    }

    /// <summary>What is believed of an action, the prior for one never tried. Read only.</summary>
    public IRewardPosterior Posterior(ulong action) => _posteriors.GetValueOrDefault(action, _prior);

    /// <inheritdoc/>
    public int StateSize
    {
        get
        {
            var size = HeadSize;
            foreach (var posterior in _posteriors.Values) size += sizeof(long) + posterior.StateSize;
            return size;
        }
    }

    /// <summary>Writes the snapshot: shape, version, then key and posterior of each action in the order of the keys, so that equal models are equal bytes.</summary>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.ActionModel, 1);
        Shape.Save(ref writer);
        writer.Write(Version);
        writer.Write(_posteriors.Count);
        var keys = new ulong[_posteriors.Count];
        _posteriors.Keys.CopyTo(keys, 0);
        Array.Sort(keys);
        foreach (var key in keys)
        {
            writer.Write((long)key);
            _posteriors[key].Save(ref writer);
        }
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static ActionModel Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.ActionModel, 1);
        var shape = ActionModelShape.Load(ref reader);
        var version = reader.ReadInt64();
        var count = reader.ReadCount(sizeof(long) + StateWriter.HeadSize);
        var posteriors = new Dictionary<ulong, IRewardModel>(count);
        for (var i = 0; i < count; i++)
        {
            var key = (ulong)reader.ReadInt64();
            var posterior = RewardModels.Load(ref reader);
            if (!shape.Fits(posterior)) throw new InvalidStateException("A posterior is not of the model's shape.");
            if (!posteriors.TryAdd(key, posterior)) throw new InvalidStateException("An action has two posteriors.");
        }

        return new ActionModel(shape, version, posteriors);
    }

    /// <summary>Restores what <see cref="StatefulExtensions.ToBytes"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static ActionModel FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes);
        var model = Load(ref reader);
        return reader.Remaining == 0 ? model : throw new InvalidStateException($"{reader.Remaining} bytes are left after the model.");
    }
}
