using System.Text;
using Personalization.Log;
using Personalization.Storage.Rules;
using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Sqlite;

/// <summary>What the log keeps in memory is what the file holds.</summary>
public sealed class SqliteTailTests : IAsyncLifetime
{
    private readonly SqliteLogFixture _fixture = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_reader_at_the_tail_and_one_far_behind_see_the_same_log_and_so_does_the_next_process()
    {
        var writer = new LogWriter(_fixture, 1);
        var count = RecentEntries.Capacity + 100;
        for (var i = 0; i < count; i += 4) await writer.Append($"{i}", $"{i + 1}", $"{i + 2}", $"{i + 3}");
        var followed = new List<LogEntry>();
        for (var after = 0L; after < count; after++) followed.Add((await _fixture.Log.Read(new ReadRequest(0, after, MaxEntries: 1))).Entries[0]);
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{i}"), followed.Select(entry => Encoding.UTF8.GetString(entry.Bytes)));

        await _fixture.Reopen();
        var stored = (await _fixture.Log.Read(new ReadRequest(0, 0, MaxEntries: count))).Entries;
        Assert.Equal(followed.Select(entry => (entry.Position, entry.LogTime, entry.Hash)), stored.Select(entry => (entry.Position, entry.LogTime, entry.Hash)));
    }

    [Fact]
    public async Task A_group_that_can_never_be_appended_fails_alone_and_not_those_that_share_its_transaction()
    {
        var bad = new LogWriter(_fixture, 1);
        await bad.Append("a");
        var other = await bad.Prepare("b", "c");
        var writers = Enumerable.Range(2, 40).Select(id => new LogWriter(_fixture, (ulong)id, partition: id % 3)).ToList();
        var tasks = new List<Task>();
        foreach (var writer in writers)
        {
            var request = await writer.Prepare("x");
            tasks.Add(writer.Send(request).AsTask());
            tasks.Add(Refused());
        }

        await Task.WhenAll(tasks);
        Assert.All(writers, writer => Assert.Equal(1, writer.Counter));
        await _fixture.Reopen();
        Assert.Equal(41, (await Task.WhenAll(Enumerable.Range(0, 3).Select(p => _fixture.Log.ReadHead(p).AsTask()))).Sum(head => head.Tail));

        async Task Refused() => Assert.Equal(AppendStatus.OtherGroup, (await _fixture.Log.Append(other with { Counter = 1 })).Status);
    }
}
