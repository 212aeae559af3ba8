using Personalization.Configuration;
using Personalization.Engine.Churn.Learning;
using Personalization.Engine.Models;
using Personalization.Engine.Profiles;
using Personalization.Events;

namespace Personalization.Engine.Churn;

/// <summary>The scorer of one silo: that of the settings, until parameters fitted to the population come and the settings leave room for them.</summary>
public sealed class ChurnReplica : IModelReplica
{
    private readonly FoldSettings _settings;
    private readonly ChurnOptions _options;
    private volatile Served _served;

    /// <summary>Serves the parameters of the settings.</summary>
    public ChurnReplica(FoldSettings settings, ChurnOptions options)
    {
        (_settings, _options) = (settings, options);
        _served = Serve(null);
    }

    /// <summary>The scorer now. A caller that scores twice for one answer keeps it.</summary>
    public ChurnScorer Scorer => _served.Scorer;

    /// <summary>What wake-ups are stamped with now.</summary>
    public ChurnParameters Stamp => _served.Stamp;

    /// <inheritdoc />
    public long AllocatedBytes => 0;

    /// <inheritdoc />
    public void Load(Stream? state) => _served = Serve(state is null ? null : ChurnFitting.ReadFit(state));

    /// <inheritdoc />
    public void Apply(ReadOnlySpan<byte> change, bool isWhole)
    {
        if (ChurnFitting.ReadFit(change) is { } fit) _served = Serve(fit);
    }

    private Served Serve(FittedChurn? fit)
    {
        var model = ChurnModel.From(_options, fit);
        var parameters = model.Purchases.Parameters;
        return new Served(new ChurnScorer(_settings, model), new ChurnParameters
        {
            R = parameters.R,
            Alpha = parameters.Alpha,
            A = parameters.A,
            B = parameters.B,
            Threshold = model.Threshold,
            Version = model.PurchasesFit?.Version ?? 0,
        });
    }

    private sealed record Served(ChurnScorer Scorer, ChurnParameters Stamp);
}
