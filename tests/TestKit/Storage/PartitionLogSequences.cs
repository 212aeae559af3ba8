using System.Text;
using CsCheck;
using Personalization.Log;
using Personalization.Partitions;
using Xunit;

namespace Personalization.TestKit.Storage;

/// <summary>Random sequences of everything that a log can be asked for, one step after the other, against a list in memory.</summary>
public abstract class PartitionLogSequences
{
    private enum Act
    {
        Append, Repeat, StartGeneration, Announce, Trim, Read, Reopen,
    }

    /// <summary>How many sequences to run.</summary>
    protected abstract int Sequences { get; }

    /// <summary>Makes an empty log.</summary>
    protected abstract PartitionLogFixture Create();

    [Fact]
    public void Any_sequence_is_answered_as_a_list_would_answer_it()
    {
        var act = Gen.Frequency(
            (8, Gen.Const(Act.Append)), (3, Gen.Const(Act.Repeat)), (1, Gen.Const(Act.StartGeneration)), (1, Gen.Const(Act.Announce)), (2, Gen.Const(Act.Trim)),
            (5, Gen.Const(Act.Read)), (1, Gen.Const(Act.Reopen)));
        Gen.Select(act, Gen.Int[0, 2], Gen.Int[0, 5]).Array[1, 40].Sample(
            steps => Run(steps).AsTask().GetAwaiter().GetResult(),
            iter: Sequences,
            print: steps => string.Join(" ", steps.Select(step => $"{step.Item1}({step.Item2},{step.Item3})")));
    }

    private async ValueTask Run((Act Act, int Who, int Number)[] steps)
    {
        await using var fixture = Create();
        var writers = Enumerable.Range(1, 3).Select(id => new LogWriter(fixture, (ulong)id)).ToArray();
        var answers = new IReadOnlyList<long>?[3];
        var entries = new List<(long Position, string Text)>();
        long tail = 0, start = 1, trimmed = 0, epoch = 0;
        var texts = 0;
        foreach (var (act, who, number) in steps)
        {
            var writer = writers[who];
            switch (act)
            {
                case Act.Append:
                    writer.Generation = (await fixture.Log.ReadHead(0)).Generation;
                    var items = Enumerable.Range(0, 1 + (number / 2)).Select(i => (Text: $"{++texts}", Epoch: i == 1 ? new Epoch(number, 1) : Epoch.None)).ToArray();
                    var expected = items.Select(item => item.Epoch != Epoch.None && item.Epoch.Counter < epoch ? AppendReply.StaleEpoch : ++tail).ToArray();
                    entries.AddRange(items.Zip(expected).Where(pair => pair.Second > 0).Select(pair => (pair.Second, pair.First.Text)));
                    var reply = await writer.Send(await writer.Prepare([.. items.Select(item => new AppendItem(LogWriter.Bytes(item.Text), item.Epoch))]));
                    Assert.Equal(AppendStatus.Appended, reply.Status);
                    Assert.Equal(expected, reply.Positions);
                    answers[who] = reply.Positions;
                    break;
                case Act.Repeat:
                    if (answers[who] is not { } answer) continue;
                    Assert.Equal(answer, (await fixture.Log.Append(writer.Last!)).Positions);
                    break;
                case Act.StartGeneration:
                    start = Math.Max(tail, tail + number - 2) + 1;
                    await fixture.Log.StartGeneration(0, (await fixture.Log.ReadHead(0)).Generation, tail + number - 2);
                    tail = start - 1;
                    break;
                case Act.Announce:
                    epoch = Math.Max(epoch, number);
                    await fixture.Log.AnnounceEpoch(0, new Epoch(number, 1));
                    break;
                case Act.Trim:
                    var upTo = tail - number;
                    if (entries.Any(entry => entry.Position <= upTo)) trimmed = entries.Last(entry => entry.Position <= upTo).Position;
                    entries.RemoveAll(entry => entry.Position <= upTo);
                    Assert.Equal(entries.Count > 0 ? entries[0].Position : tail + 1, await fixture.Log.Trim(0, upTo, long.MaxValue));
                    break;
                case Act.Read:
                    var after = Math.Max(0, tail - number - who);
                    var read = await fixture.Log.Read(new ReadRequest(0, after, MaxEntries: 3));
                    Assert.Equal(after < trimmed ? ReadStatus.Trimmed : ReadStatus.Read, read.Status);
                    if (read.Status == ReadStatus.Read)
                        Assert.Equal(entries.Where(entry => entry.Position > after).Take(3), read.Entries.Select(entry => (entry.Position, Encoding.UTF8.GetString(entry.Bytes))));
                    break;
                case Act.Reopen:
                    await fixture.Reopen();
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(steps));
            }

            var head = await fixture.Log.ReadHead(0);
            Assert.Equal((start, entries.Count > 0 ? entries[0].Position : tail + 1, tail, epoch), (head.GenerationStart, head.First, head.Tail, head.Epoch.Counter));
        }
    }
}
