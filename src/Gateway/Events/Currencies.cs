using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Personalization.Configuration;
using Personalization.Stores;

namespace Personalization.Gateway.Events;

/// <summary>
/// Turns money into the tenant's base currency: base = value · rate, unrounded, with the rates of <see cref="CurrencyOptions"/>.
/// </summary>
/// <remarks>
/// Without a configured base, values are taken as they are, and the first currency of money becomes the only one: sums over two currencies
/// would mean nothing. Money is that of an event of a human or a replay, or a price; what names a currency without money settles nothing. The choice is kept in the document <c>currency/{tenant}</c>, so every process and every later start agrees.
/// </remarks>
internal sealed class Currencies(PersonalizationOptions options, IDocumentStore documents)
{
    private readonly FrozenDictionary<string, decimal> _rates = options.Currency.Rates.ToFrozenDictionary(StringComparer.Ordinal);
    private volatile string? _adopted;

    /// <summary>Reads a currency's code; small letters are taken as large ones.</summary>
    public static string? Read(ref Utf8JsonReader reader, Action<string> fail)
    {
        var code = JsonValues.Text(ref reader, "currency", 256, fail)?.ToUpperInvariant();
        if (code is null) return null;
        if (code.Length == 3 && code.All(char.IsAsciiLetterUpper)) return code;
        fail("currency must be a three-letter ISO 4217 code such as EUR");
        return null;
    }

    /// <summary>How much of the base currency one unit is worth; null = <paramref name="fault"/> says why there is no rate.</summary>
    /// <remarks>Without a configured base call <see cref="Adopt"/> before: this method never waits.</remarks>
    public decimal? RateOf(string? currency, out string? fault)
    {
        fault = null;
        var native = options.Currency.Base ?? _adopted;
        if (currency is null || native is null || currency == native) return 1m;
        if (_rates.TryGetValue(currency, out var rate)) return rate;
        fault = options.Currency.Base is { } configured
            ? $"currency {currency} has no rate to {configured}; set Personalization:Currency:Rates:{currency}"
            : $"currency {currency} is not {native}, the only one so far; to take several, set Personalization:Currency:Base to {native} and Personalization:Currency:Rates:{currency}";
        return null;
    }

    /// <summary>Whether <see cref="Adopt"/> has to be awaited before money in this currency can be rated.</summary>
    public bool NeedsAdoption(string? currency) => currency is not null && options.Currency.Base is null && _adopted is null;

    /// <summary>Makes a currency the only one of a tenant without a configured base, unless another was before; afterwards it is known which.</summary>
    public async ValueTask Adopt(string currency, CancellationToken cancellation)
    {
        var key = $"currency/{options.Tenant}";
        var stored = await documents.Read(key, cancellation);
        if (stored is null)
        {
            await documents.Write([new DocumentWrite(key, Encoding.UTF8.GetBytes(currency), Expected: 0)], cancellation);
            stored = await documents.Read(key, cancellation); // another process may have been first
        }

        _adopted = stored is null ? currency : Encoding.UTF8.GetString(stored.Bytes);
    }
}
