using System.Buffers.Binary;
using Personalization.Partitions;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>An entry of the model: an event with an id, or a wake-up with the id that asked for it.</summary>
public readonly record struct ModelEntry(int Customer, bool IsWakeUp, int Id)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[6];
        bytes[0] = (byte)Customer;
        bytes[1] = IsWakeUp ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), Id);
        return bytes;
    }

    public static ModelEntry Read(byte[] bytes) => new(bytes[0], bytes[1] == 1, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(2)));

    public static CustomerKey Key(int customer) => CustomerKey.Create("default", CustomerKeyKind.Customer, $"c{customer}");
}
