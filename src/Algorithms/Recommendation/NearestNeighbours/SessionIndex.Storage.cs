namespace Personalization.Algorithms.Recommendation.NearestNeighbours;

/// <content>The stored form: the live sessions, oldest first. Postings, counts and dense integers follow from them.</content>
internal sealed partial class SessionIndex
{
    public void Save(BinaryWriter writer)
    {
        writer.Write(SessionCount);
        var codes = new Dictionary<int, int>(ItemCount);
        for (var number = First; number != Next; number++)
        {
            ref readonly var session = ref Session(number);
            writer.Write(KeyOf(session));
            writer.Write(session.Time);
            writer.Write7BitEncodedInt(session.Length);
            foreach (var dense in ItemsOf(session))
            {
                // An item is written whole the first time and by its running number after that.
                if (codes.TryGetValue(dense, out var code)) writer.Write7BitEncodedInt(code);
                else
                {
                    codes.Add(dense, codes.Count + 1);
                    writer.Write7BitEncodedInt(0);
                    writer.Write(IdOf(dense));
                }
            }
        }
    }

    /// <summary>Into an empty index; with a smaller capacity the oldest sessions go.</summary>
    public void Load(BinaryReader reader)
    {
        var items = new List<ulong>();
        for (var remaining = reader.ReadInt32(); remaining > 0; remaining--)
        {
            var key = reader.ReadUInt64();
            var time = reader.ReadInt64();
            var number = StartSession(key, time);
            for (var length = reader.Read7BitEncodedInt(); length > 0; length--)
            {
                var code = reader.Read7BitEncodedInt();
                if (code == 0) items.Add(reader.ReadUInt64());
                AddItem(number, items[code == 0 ? ^1 : code - 1], time);
            }
        }
    }
}
