namespace Personalization.Partitions;

/// <summary>
/// One tenure of a partition's owner. Claimed in the store, where the counter grows by one; the nonce tells two claimants apart.
/// A commit under any epoch but the stored one is refused, which is what fences a former owner.
/// </summary>
/// <param name="Counter">
/// Grows with each tenure; 0 means that nobody has owned the partition. Owners claim above the time in microseconds since 1970-01-01 UTC, so that a tenure of which a store has lost all
/// knowledge is still below the next.
/// </param>
/// <param name="Nonce">Random, chosen by the claimant.</param>
[GenerateSerializer, Immutable, Alias("personalization.Epoch")]
public readonly record struct Epoch([property: Id(0)] long Counter, [property: Id(1)] ulong Nonce) : IComparable<Epoch>
{
    /// <summary>No tenure.</summary>
    public static Epoch None => default;

    /// <inheritdoc />
    public int CompareTo(Epoch other) => Counter.CompareTo(other.Counter);

    /// <summary>Whether the left tenure came before the right one.</summary>
    public static bool operator <(Epoch left, Epoch right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left tenure came after the right one.</summary>
    public static bool operator >(Epoch left, Epoch right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left tenure did not come after the right one.</summary>
    public static bool operator <=(Epoch left, Epoch right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left tenure did not come before the right one.</summary>
    public static bool operator >=(Epoch left, Epoch right) => left.CompareTo(right) >= 0;

    /// <inheritdoc />
    public override string ToString() => $"{Counter}:{Nonce:x16}";
}
