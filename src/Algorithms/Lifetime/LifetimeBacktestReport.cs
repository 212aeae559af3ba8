namespace Personalization.Algorithms.Lifetime;

/// <summary>What <see cref="LifetimeBacktest"/> found.</summary>
/// <param name="Rounds">The back-tests, one an origin, ascending; every forecaster in each.</param>
/// <param name="HoldOut">Each forecaster on the hold-out.</param>
/// <param name="Best">The forecaster with the lowest error over the back-tests; <c>null</c> where the training time was too short for any.</param>
/// <param name="BacktestRmse">
/// The root mean squared error of each forecaster pooled over the back-tests, by which <paramref name="Best"/> was chosen.
/// </param>
/// <param name="Tracking">Cumulative repeat purchases by week, actual and expected.</param>
public sealed record LifetimeBacktestReport(
    IReadOnlyList<BacktestRound> Rounds, IReadOnlyList<ForecastAccuracy> HoldOut, string? Best, IReadOnlyList<double> BacktestRmse, IReadOnlyList<TrackingWeek> Tracking);

/// <summary>The forecasts made at one origin.</summary>
/// <param name="Origin">The first day forecast.</param>
/// <param name="Days">How many days were forecast.</param>
/// <param name="Forecasts">Each forecaster's accuracy.</param>
public sealed record BacktestRound(int Origin, int Days, IReadOnlyList<ForecastAccuracy> Forecasts);

/// <summary>How well the purchases of each customer were forecast.</summary>
/// <param name="Name">The forecaster.</param>
/// <param name="Parameters">What it had learned.</param>
/// <param name="Customers">How many customers were known at the origin.</param>
/// <param name="Forecast">Purchases forecast, summed over customers.</param>
/// <param name="Actual">Purchases that came.</param>
/// <param name="Mae">Mean absolute error a customer.</param>
/// <param name="Rmse">Root mean squared error a customer.</param>
/// <param name="Spearman">Rank correlation of forecast and actual over customers.</param>
/// <param name="Calibration">Mean forecast beside mean actual, by past frequency.</param>
public sealed record ForecastAccuracy(
    string Name, IReadOnlyList<KeyValuePair<string, double>> Parameters, int Customers, double Forecast, double Actual, double Mae, double Rmse, double Spearman,
    IReadOnlyList<FrequencyCalibration> Calibration)
{
    /// <summary>Forecast minus actual, as a share of actual: −.12 is 12 % too few.</summary>
    public double Bias => (Forecast - Actual) / Actual;
}

/// <summary>Customers of one past frequency.</summary>
/// <param name="Frequency">Their repeat purchases before the origin.</param>
/// <param name="OrMore">Whether customers with more are in here too.</param>
/// <param name="Customers">How many they are.</param>
/// <param name="MeanForecast">What was forecast for one of them.</param>
/// <param name="MeanActual">What one of them bought.</param>
public readonly record struct FrequencyCalibration(int Frequency, bool OrMore, int Customers, double MeanForecast, double MeanActual);

/// <summary>A week of the tracking plot.</summary>
/// <param name="Week">Weeks since the first purchase in the log, from 1.</param>
/// <param name="Actual">Repeat purchases up to its end.</param>
/// <param name="Expected">What each fitted model expects up to then, from the customers' ages alone.</param>
public readonly record struct TrackingWeek(int Week, double Actual, IReadOnlyList<KeyValuePair<string, double>> Expected);
