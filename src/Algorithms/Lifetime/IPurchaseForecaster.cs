namespace Personalization.Algorithms.Lifetime;

/// <summary>A way to say how often each customer will buy, compared with others by <see cref="LifetimeBacktest"/>.</summary>
public interface IPurchaseForecaster
{
    /// <summary>The field's name of the method.</summary>
    string Name { get; }

    /// <summary>Learns from the past and forecasts.</summary>
    /// <param name="past">All purchases before <paramref name="origin"/>, none after.</param>
    /// <param name="origin">The first day that is forecast.</param>
    /// <param name="horizon">How many days are forecast.</param>
    /// <param name="forecasts">Receives the expected purchase days of each customer; those without a purchase so far are not looked at.</param>
    /// <returns>What was learned, by the field's names of the parameters.</returns>
    IReadOnlyList<KeyValuePair<string, double>> Forecast(PurchaseLog past, int origin, int horizon, Span<double> forecasts);
}
