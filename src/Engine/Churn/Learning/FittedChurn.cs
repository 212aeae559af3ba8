using Personalization.Algorithms.Lifetime;
using Personalization.Engine.Profiles;

namespace Personalization.Engine.Churn.Learning;

/// <summary>Parameters fitted to the population.</summary>
/// <param name="Version">The number of the fit, from 1.</param>
/// <param name="AsOf">The day that it was fitted as of, days since 1970-01-01 in the tenant's time zone.</param>
/// <param name="Customers">How many customers it was fitted to.</param>
/// <param name="Purchases">MBG/NBD over purchase days, in weeks.</param>
/// <param name="Value">Gamma-Gamma over the value of a purchase day; null where the money did not determine it.</param>
public sealed record FittedChurn(long Version, int AsOf, int Customers, BetaGeometricParameters Purchases, GammaGammaModel? Value)
{
    /// <summary>Customers with a repeat purchase without whom no fit is tried.</summary>
    private const int MinRepeaters = 50;

    /// <summary>Fits the sample; null where it does not determine the parameters: too few buy again, or the search runs to the edge.</summary>
    internal static FittedChurn? Fit(PurchaseSamples samples, long version)
    {
        var (purchases, spend, repeaters) = samples.Statistics();
        if (repeaters < MinRepeaters) return null;
        try
        {
            return Fit(purchases, spend, samples, version);
        }
        catch (Exception fault) when (fault is ArgumentException or ArithmeticException)
        {
            // Nobody's parameters at the edge of numbers are worth a learner that fails at each try.
            return null;
        }
    }

    private static FittedChurn? Fit(PurchaseSample purchases, SpendStatistics[] spend, PurchaseSamples samples, long version)
    {
        var fit = BetaGeometricEstimation.Fit(BetaGeometricVariant.MbgNbd, purchases);
        if (!fit.Converged) return null;
        GammaGammaModel? value = null;
        if (spend.Length >= MinRepeaters)
        {
            var money = GammaGammaEstimation.Fit(spend);
            // With q up to 1 the population has no mean, and nobody's value could be drawn to it.
            if (money.Converged && money.Model.Q > 1) value = money.Model;
        }

        return new FittedChurn(version, samples.AsOf, samples.Count, fit.Model.Parameters, value);
    }

    internal static void Write(FittedChurn? fit, ByteWriter writer)
    {
        writer.Byte(fit is null ? (byte)0 : (byte)1);
        if (fit is null) return;
        writer.Unsigned((ulong)fit.Version);
        writer.Signed(fit.AsOf);
        writer.Count(fit.Customers);
        writer.Double(fit.Purchases.R);
        writer.Double(fit.Purchases.Alpha);
        writer.Double(fit.Purchases.A);
        writer.Double(fit.Purchases.B);
        writer.Byte(fit.Value is null ? (byte)0 : (byte)1);
        if (fit.Value is not { } value) return;
        writer.Double(value.P);
        writer.Double(value.Q);
        writer.Double(value.V);
    }

    /// <exception cref="InvalidDataException">The bytes are none that this code wrote.</exception>
    internal static FittedChurn? Read(ref ByteReader reader)
    {
        if (reader.Byte() == 0) return null;
        try
        {
            return new FittedChurn(
                reader.Long(), checked((int)reader.Signed()), reader.Count(),
                new BetaGeometricParameters(reader.Double(), reader.Double(), reader.Double(), reader.Double()),
                reader.Byte() == 0 ? null : new GammaGammaModel(reader.Double(), reader.Double(), reader.Double()));
        }
        catch (Exception fault) when (fault is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"the fitted parameters cannot be read: {fault.Message}", fault);
        }
    }
}
