using System.Text;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.TestKit.Storage;

/// <summary>A producer that keeps the rules of <see cref="IPartitionLog.Append"/>: one group under way, the counter grows by one, what was acknowledged is known.</summary>
public sealed class LogWriter(PartitionLogFixture fixture, ulong id, int partition = 0)
{
    /// <summary>The generation that the writer believes in; read at the first append.</summary>
    public ulong Generation { get; set; }

    /// <summary>The counter of the last group that was appended.</summary>
    public long Counter { get; set; }

    /// <summary>The highest position acknowledged.</summary>
    public long Acknowledged { get; set; }

    /// <summary>The last request sent.</summary>
    public AppendRequest? Last { get; private set; }

    /// <summary>The bytes of an entry that stands for a text.</summary>
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Builds the next group.</summary>
    public async ValueTask<AppendRequest> Prepare(params string[] texts) => await Prepare([.. texts.Select(text => new AppendItem(Bytes(text)))]);

    /// <summary>Builds the next group.</summary>
    public async ValueTask<AppendRequest> Prepare(IReadOnlyList<AppendItem> items)
    {
        if (Generation == 0) Generation = (await fixture.Log.ReadHead(partition)).Generation;
        return Last = new AppendRequest(partition, Generation, id, Counter + 1, Acknowledged, items);
    }

    /// <summary>Sends the next group and takes note of the answer.</summary>
    public async ValueTask<AppendReply> Append(params string[] texts) => await Send(await Prepare(texts));

    /// <summary>Sends the next group under a tenure.</summary>
    public async ValueTask<AppendReply> Append(Epoch epoch, params string[] texts) => await Send(await Prepare([.. texts.Select(text => new AppendItem(Bytes(text), epoch))]));

    /// <summary>Sends a group and takes note of the answer.</summary>
    public async ValueTask<AppendReply> Send(AppendRequest request)
    {
        var reply = await fixture.Log.Append(request);
        if (reply.Status == AppendStatus.Appended)
        {
            Counter = request.Counter;
            foreach (var position in reply.Positions) Acknowledged = Math.Max(Acknowledged, position);
        }

        return reply;
    }
}
