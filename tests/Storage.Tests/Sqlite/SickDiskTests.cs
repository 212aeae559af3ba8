using Microsoft.Data.Sqlite;
using Personalization.Log;
using Personalization.Storage.Appending;
using Personalization.Storage.Sqlite;
using Personalization.Stores;
using Personalization.TestKit.Storage;
using Personalization.TestKit;

namespace Personalization.Storage.Tests.Sqlite;

/// <summary>Disks that are full, directories that vanish, files that are no databases: told in a sentence, and over when it is over.</summary>
public sealed class SickDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_disk_refuses_every_write_with_a_sentence_until_there_is_room()
    {
        using var storage = new EmbeddedStorage(_folder.Path, 1);
        var fence = new OwnerFence((await storage.Store.Claim(0, 5)).Epoch, await FilledLog.UpTo(storage.Log, 1));
        await storage.Documents.Write([new DocumentWrite("before", new byte[100])]);
        var room = storage.LimitPages(4);

        var full = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await storage.Documents.Write([new DocumentWrite("large", new byte[1_000_000])]));
        Assert.Equal("the disk of state.db is full: nothing is stored until there is room; the engine goes on by itself then", full.Message);
        Assert.Equal(full.Message, storage.Fault);
        var large = new CustomerWrite { Customer = Personalization.Partitions.CustomerKey.Parse("default/a"), Applied = 1, Row = new byte[1_000_000] };
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await storage.Store.Commit(new CommitChunk(0, fence, [large])));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await storage.Names.Write([KeyValuePair.Create(7UL, new string('n', 1_000_000))]));
        await using var appender = new GroupAppender(storage.Log, storage.Store, new GroupAppenderOptions { DownAfter = 1, FirstRetry = TimeSpan.FromMilliseconds(5), LongestRetry = TimeSpan.FromMilliseconds(5) });
        var silent = await Assert.ThrowsAsync<TimeoutException>(async () => await appender.Append(0, [new AppendItem(new byte[1_000_000])]));
        Assert.StartsWith("the disk of log.db is full", silent.Message, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<LogUnavailableException>(async () => await appender.Append(0, [new AppendItem([1])]));
        Assert.StartsWith("the disk of log.db is full", refused.Message, StringComparison.Ordinal);

        // What is read is read all the same, and nothing of what failed is there.
        Assert.NotNull(await storage.Documents.Read("before"));
        Assert.Null(await storage.Documents.Read("large"));
        Assert.Null(await storage.Store.ReadCustomer(0, large.Customer));

        // With room again it is over without anybody's doing: what was under way lands, and readiness hears of it although nobody writes.
        room();
        await Until(() => storage.Fault is null && appender.IsAvailable(0));
        Assert.Equal([3L], await appender.Append(0, [new AppendItem([2])]));
        Assert.Equal([CommitOutcome.Written], (await storage.Store.Commit(new CommitChunk(0, fence, [large]))).Outcomes);
    }

    [Theory]
    [InlineData("log.db")]
    [InlineData("state.db")]
    [InlineData("log.db-wal")]
    [InlineData("state.db-wal")]
    [InlineData("")]
    public async Task What_is_written_into_files_that_were_deleted_is_never_said_to_be_kept(string deleted)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("open files cannot be deleted there");
        using var storage = new EmbeddedStorage(_folder.File("data"), 1);
        var generation = (await storage.Log.ReadHead(0)).Generation;
        await storage.Log.Append(new AppendRequest(0, generation, 9, 1, 0, [new AppendItem([1])]));
        await storage.Documents.Write([new DocumentWrite("a", [1])]);
        Assert.Null(storage.Fault);

        if (deleted.Length > 0) File.Delete(Path.Combine(_folder.File("data"), deleted));
        else Directory.Delete(_folder.File("data"), recursive: true);
        var isLog = !deleted.StartsWith("state", StringComparison.Ordinal);
        var gone = isLog
            ? await Assert.ThrowsAsync<StoreUnavailableException>(async () => await storage.Log.Append(new AppendRequest(0, generation, 9, 2, 1, [new AppendItem([2])])))
            : await Assert.ThrowsAsync<StoreUnavailableException>(async () => await storage.Documents.Write([new DocumentWrite("b", [1])]));
        Assert.Equal($"{(isLog ? "log.db" : "state.db")} was deleted or replaced while the engine ran: nothing is stored any more. Stop the engine, put the data directory back and start it again", gone.Message);
        Assert.Equal(gone.Message, storage.Fault);
    }

    [Fact]
    public async Task Files_that_another_engine_made_in_the_same_place_are_not_taken_for_ones_own()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("open files cannot be deleted there");
        using var storage = new EmbeddedStorage(_folder.File("data"), 1);
        Directory.Move(_folder.File("data"), _folder.File("away"));
        using var other = new EmbeddedStorage(_folder.File("data"), 1);
        await other.Documents.Write([new DocumentWrite("a", [1])]);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await storage.Documents.Write([new DocumentWrite("b", [1])]));
        Assert.Null(await other.Documents.Read("b"));
        Assert.Null(other.Fault);
    }

    [Theory]
    [InlineData("log.db")]
    [InlineData("state.db")]
    public void A_file_that_is_no_database_is_named_with_what_to_do(string file)
    {
        new EmbeddedStorage(_folder.Path, 1).Dispose();
        var noise = new byte[20_000];
        new Random(5).NextBytes(noise);
        File.WriteAllBytes(_folder.File(file), noise);
        var fault = Assert.Throws<InvalidOperationException>(() => new EmbeddedStorage(_folder.Path, 1));
        Assert.Equal($"{_folder.File(file)} is damaged: it is no database. Stop the engine and put a back-up in its place; docs/operations.md says how", fault.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_log_without_its_profiles_is_not_taken_for_a_new_installation(bool isEmpty)
    {
        using (var storage = new EmbeddedStorage(_folder.Path, 1))
        {
            await storage.Log.Append(new AppendRequest(0, (await storage.Log.ReadHead(0)).Generation, 9, 1, 0, [new AppendItem([1])]));
        }

        File.Delete(_folder.File("state.db"));
        if (isEmpty) await File.WriteAllBytesAsync(_folder.File("state.db"), []);
        var fault = Assert.Throws<InvalidOperationException>(() => new EmbeddedStorage(_folder.Path, 1));
        Assert.StartsWith($"'{_folder.File("state.db")}' is missing or empty, but log.db beside it holds entries", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_is_no_directory_is_told_as_such_and_not_as_another_engine()
    {
        File.WriteAllText(_folder.File("data"), "a file");
        var fault = Assert.Throws<InvalidOperationException>(() => new EmbeddedStorage(_folder.File("data"), 1));
        Assert.StartsWith($"The data directory '{_folder.File("data")}' cannot be used: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_before_there_were_checksums_is_brought_up_to_date_and_its_rows_are_read()
    {
        var customer = Personalization.Partitions.CustomerKey.Parse("default/a");
        using (var storage = new EmbeddedStorage(_folder.Path, 1))
        {
            var fence = new OwnerFence((await storage.Store.Claim(0, 5)).Epoch, await FilledLog.UpTo(storage.Log, 3));
            await storage.Store.Commit(new CommitChunk(0, fence, [new CustomerWrite { Customer = customer, Applied = 3, Row = [1, 2] }]));
        }

        await using (var connection = new SqliteConnection($"Data Source={_folder.File("state.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "ALTER TABLE customers DROP COLUMN checksum; ALTER TABLE partitions DROP COLUMN writes; UPDATE meta SET value = 1 WHERE name = 'schema'";
            await command.ExecuteNonQueryAsync();
        }

        using var again = new EmbeddedStorage(_folder.Path, 1);
        var record = (await again.Store.ReadCustomer(0, customer))!;
        Assert.Equal((3, false), (record.Applied, record.IsDamaged));
    }

    private static async Task Until(Func<bool> reached)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!reached()) await Task.Delay(20, patience.Token);
    }
}
