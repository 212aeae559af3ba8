using Personalization.Items;

namespace Personalization.Grains.Catalogue;

/// <summary>Changes of items as the catalogue's grain hands them on.</summary>
internal static class ItemChangeCodec
{
    public static byte[] Write(IReadOnlyList<ItemChange> changes)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write7BitEncodedInt(changes.Count);
        foreach (var (itemId, version, document) in changes)
        {
            writer.Write(itemId);
            writer.Write7BitEncodedInt64(version);
            writer.Write7BitEncodedInt(document?.Length ?? -1);
            if (document is not null) writer.Write(document);
        }

        return stream.ToArray();
    }

    public static ItemChange[] Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var changes = new ItemChange[reader.Read7BitEncodedInt()];
        for (var i = 0; i < changes.Length; i++)
        {
            var (itemId, version, length) = (reader.ReadString(), reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt());
            changes[i] = new ItemChange(itemId, version, length < 0 ? null : reader.ReadBytes(length));
        }

        return changes;
    }
}
