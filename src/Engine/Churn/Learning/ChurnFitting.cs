using System.Buffers;
using Personalization.Configuration;
using Personalization.Engine.Models;
using Personalization.Engine.Profiles;
using Personalization.Stores;

namespace Personalization.Engine.Churn.Learning;

/// <summary>
/// Fits r, α, a, b and p, q, v to the population: keeps a bounded sample of customers from <see cref="PurchaseFacts"/> and fits it by maximum likelihood when the
/// outbox is quiet and a day has passed, or a twentieth of the sample has changed; where it is never quiet, when a fifth has.
/// </summary>
/// <remarks>
/// Runs where its learner does, so a fit holds up nobody's decision. Changes carry the facts, for the stored model, and a fit where there is one, which is all that
/// replicas take of them. There is no clock: now is the newest purchase day of anybody.
/// Change: version · fit · facts. State: version · fit · changed since · day of the last try · sample.
/// </remarks>
/// <param name="options">The settings.</param>
/// <param name="isFrozen">Whether what was learned stays as it is: nothing is fitted then.</param>
public sealed class ChurnFitting(ChurnFitOptions options, bool isFrozen = false) : IOnlineModel
{
    /// <summary>The model's name.</summary>
    public const string Name = "churn";

    private const byte Version = 1;

    private readonly PurchaseSamples _samples = new(options.Sample);
    private readonly List<PurchaseFact> _facts = [];
    private FittedChurn? _fit;
    private int _changed;
    private int _triedAsOf = int.MinValue;

    /// <summary>The model as it is registered.</summary>
    public static ModelDefinition Definition(ChurnFitOptions options, bool isFrozen, ChurnReplica replica) => new()
    {
        Name = Name,
        Kinds = [PurchaseFacts.Kind],
        KeepsChanges = true,
        Create = () => new ChurnFitting(options, isFrozen),
        Replica = replica,
    };

    /// <inheritdoc />
    public long AllocatedBytes => _samples.AllocatedBytes;

    /// <summary>What was fitted last; null before anything was.</summary>
    public FittedChurn? Fit => _fit;

    /// <summary>How many customers are kept.</summary>
    public int Customers => _samples.Count;

    /// <inheritdoc />
    public void Learn(OutboxRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var fact = PurchaseFacts.Read(row.Item.Bytes);
        var asOf = _samples.AsOf;
        // Of who is not in the sample only the day matters.
        if (Take(fact) || _samples.AsOf > asOf) _facts.Add(fact);
    }

    /// <inheritdoc />
    public PublishedChange? TakeChange()
    {
        var isFitted = TryFit();
        if (_facts.Count == 0 && !isFitted) return null;
        var buffer = new ArrayBufferWriter<byte>(64 + (32 * _facts.Count));
        var writer = new ByteWriter(buffer);
        writer.Byte(Version);
        FittedChurn.Write(isFitted ? _fit : null, writer);
        foreach (var fact in _facts) PurchaseFacts.WriteBody(fact, writer);
        _facts.Clear();
        return new PublishedChange(buffer.WrittenSpan.ToArray(), IsWhole: false);
    }

    /// <inheritdoc />
    public void Replay(ReadOnlySpan<byte> change)
    {
        var reader = new ByteReader(change);
        reader.Version(Version, "change of the churn model");
        var fit = FittedChurn.Read(ref reader);
        while (!reader.IsAtEnd) Take(PurchaseFacts.ReadBody(ref reader));
        if (fit is null) return;
        _fit = fit;
        Tried();
    }

    /// <inheritdoc />
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = new ArrayBufferWriter<byte>(128 + (32 * _samples.Count));
        var writer = new ByteWriter(buffer);
        writer.Byte(Version);
        FittedChurn.Write(_fit, writer);
        writer.Count(_changed);
        writer.Signed(_triedAsOf);
        _samples.Write(writer);
        stream.Write(buffer.WrittenSpan);
    }

    /// <inheritdoc />
    public void Load(Stream stream)
    {
        var reader = new ByteReader(ReadAll(stream));
        reader.Version(Version, "churn model");
        _facts.Clear();
        _fit = FittedChurn.Read(ref reader);
        _changed = reader.Count();
        _triedAsOf = checked((int)reader.Signed());
        _samples.Read(ref reader);
    }

    /// <summary>What a replica needs of a stored state: the fit.</summary>
    internal static FittedChurn? ReadFit(Stream state)
    {
        var reader = new ByteReader(ReadAll(state));
        reader.Version(Version, "churn model");
        return FittedChurn.Read(ref reader);
    }

    /// <summary>What a replica needs of a change: the fit, if there is one.</summary>
    internal static FittedChurn? ReadFit(ReadOnlySpan<byte> change)
    {
        var reader = new ByteReader(change);
        reader.Version(Version, "change of the churn model");
        return FittedChurn.Read(ref reader);
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private bool Take(in PurchaseFact fact)
    {
        if (!_samples.Take(fact)) return false;
        _changed++;
        return true;
    }

    private bool TryFit()
    {
        if (isFrozen || !options.Enabled || _changed == 0 || _samples.Count < options.MinCustomers) return false;
        var isQuiet = _facts.Count == 0;
        if (isQuiet ? _samples.AsOf <= _triedAsOf && _changed < _samples.Count / 20 : _changed < _samples.Count / 5) return false;
        Tried();
        if (FittedChurn.Fit(_samples, (_fit?.Version ?? 0) + 1) is not { } fit) return false;
        _fit = fit;
        return true;
    }

    private void Tried()
    {
        _changed = 0;
        _triedAsOf = _samples.AsOf;
    }
}
