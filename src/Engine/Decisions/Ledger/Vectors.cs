using Personalization.Engine.Profiles;

namespace Personalization.Engine.Decisions.Ledger;

/// <summary>Bytes of feature vectors: length, then the places and 32-bit values of what is not zero.</summary>
internal static class Vectors
{
    /// <summary>Components, at most.</summary>
    public const int MaxLength = 4096;

    public static void Write(ReadOnlySpan<double> vector, ByteWriter writer)
    {
        var present = 0;
        foreach (var value in vector)
        {
            if (value != 0) present++;
        }

        writer.Count(vector.Length);
        writer.Count(present);
        for (var i = 0; i < vector.Length; i++)
        {
            if (vector[i] == 0) continue;
            writer.Count(i);
            writer.Unsigned(BitConverter.SingleToUInt32Bits((float)vector[i]));
        }
    }

    public static double[] Read(ref ByteReader reader)
    {
        var length = reader.Count();
        var present = reader.Count(2);
        if (length > MaxLength || present > length) throw new InvalidDataException($"a feature vector of {length} components is none that this code wrote");
        if (length == 0) return [];
        var vector = new double[length];
        for (var i = 0; i < present; i++)
        {
            var place = reader.Count();
            if (place >= length) throw new InvalidDataException("a feature lies outside its vector");
            vector[place] = BitConverter.UInt32BitsToSingle(reader.UInt32());
        }

        return vector;
    }
}
