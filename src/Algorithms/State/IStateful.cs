namespace Personalization.Algorithms.State;

/// <summary>Something whose whole state can be stored and restored so that the restored one answers bit for bit the same, for ever.</summary>
/// <remarks>
/// The form is little-endian and versioned: <c>'P' 'A' | kind: u16 | version: u16 | payload</c>; a part of a larger state carries its own such head.
/// Doubles are stored as their 64 bits, which is what makes the restored answers equal and not merely close.
/// </remarks>
public interface IStateful
{
    /// <summary>The exact number of bytes that <see cref="Save"/> writes now.</summary>
    int StateSize { get; }

    /// <summary>Writes the state; allocates nothing.</summary>
    void Save(ref StateWriter writer);
}

/// <summary>The allocating forms of saving.</summary>
public static class StatefulExtensions
{
    /// <summary>The state as an array of exactly <see cref="IStateful.StateSize"/> bytes.</summary>
    public static byte[] ToBytes(this IStateful stateful)
    {
        ArgumentNullException.ThrowIfNull(stateful);
        var bytes = new byte[stateful.StateSize];
        var writer = new StateWriter(bytes);
        stateful.Save(ref writer);
        if (writer.Written != bytes.Length)
            throw new InvalidOperationException($"{stateful.GetType().Name} announced {bytes.Length} bytes and wrote {writer.Written}.");
        return bytes;
    }
}
