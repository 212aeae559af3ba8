using System.Collections.Concurrent;

namespace Personalization.Grains.Decisions;

/// <summary>
/// Bounds how much of what a model learns from comes of one caller's key: at most a share s of all, that is s/(1 − s) for each example of the others, and a first
/// <see cref="Free"/> whatever the others do. Counted by this silo since it began, the older ones fading. Only configured keys and models have a place.
/// </summary>
internal sealed class KeyShares
{
    /// <summary>Examples of a key that are taken before its share is asked for.</summary>
    public const int Free = 100;

    /// <summary>Counts of a model are halved at this many.</summary>
    private const double Fades = 20_000;

    private readonly ConcurrentDictionary<string, Model> _models = new(StringComparer.Ordinal);

    /// <summary>Whether a decision of a key may teach; if so it is counted.</summary>
    /// <param name="model">The model that would learn.</param>
    /// <param name="key">The caller's key; null where none is configured: then nothing is bounded.</param>
    /// <param name="share">The largest share, above 0 to 1.</param>
    public bool Takes(string model, string? key, double share) => share >= 1 || key is null || _models.GetOrAdd(model, static _ => new Model()).Takes(key, share);

    private sealed class Model
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, double> _byKey = new(StringComparer.Ordinal);
        private double _all;

        public bool Takes(string key, double share)
        {
            lock (_lock)
            {
                var own = _byKey.GetValueOrDefault(key);
                if (own + 1 > Free + (share / (1 - share) * (_all - own))) return false;
                _byKey[key] = own + 1;
                if (++_all < Fades) return true;
                foreach (var name in _byKey.Keys.ToList()) _byKey[name] /= 2;
                _all /= 2;
                return true;
            }
        }
    }
}
