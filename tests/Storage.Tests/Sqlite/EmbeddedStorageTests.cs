using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Sqlite;
using Personalization.Stores;
using Personalization.TestKit;
using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Sqlite;

public sealed class EmbeddedStorageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_second_engine_is_refused_with_the_process_that_holds_the_directory()
    {
        using var first = new EmbeddedStorage(_folder.Path, 2);
        var fault = Assert.Throws<InvalidOperationException>(() => new EmbeddedStorage(_folder.Path, 2));
        Assert.Contains($"process {Environment.ProcessId}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Personalization:DataDirectory", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_is_free_again_after_closing()
    {
        new EmbeddedStorage(_folder.Path, 2).Dispose();
        new EmbeddedStorage(_folder.Path, 2).Dispose();
        Assert.False(File.Exists(_folder.File("log.db-wal")));
        Assert.False(File.Exists(_folder.File("state.db-wal")));
    }

    [Fact]
    public void Another_number_of_partitions_is_refused_with_both_numbers_and_the_setting()
    {
        new EmbeddedStorage(_folder.Path, 2).Dispose();
        var fault = Assert.Throws<InvalidOperationException>(() => new EmbeddedStorage(_folder.Path, 4));
        Assert.Contains("2 partitions", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Personalization:Partitions is 4", fault.Message, StringComparison.Ordinal);
        new EmbeddedStorage(_folder.Path, 2).Dispose();
    }

    [Theory]
    [InlineData("log.db")]
    [InlineData("state.db")]
    public void A_file_of_a_newer_schema_is_refused(string file)
    {
        new EmbeddedStorage(_folder.Path, 2).Dispose();
        using (var connection = new SqliteConnection($"Data Source={_folder.File(file)};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE meta SET value = 99 WHERE name = 'schema'";
            command.ExecuteNonQuery();
        }

        var fault = Assert.Throws<InvalidOperationException>(() => new EmbeddedStorage(_folder.Path, 2));
        Assert.Contains($"{file} has schema version 99", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_waits_for_entries_is_told_when_the_log_closes()
    {
        var storage = new EmbeddedStorage(_folder.Path, 1);
        var read = storage.Log.Read(new ReadRequest(0, 0, Wait: TimeSpan.FromHours(1))).AsTask();
        storage.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(Patience.Limit));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await storage.Store.Claim(0, 1));
    }

    [Fact]
    public async Task The_files_as_they_are_at_any_moment_hold_all_that_was_answered()
    {
        // What a process killed with -9 leaves are the files as they are: a copy taken between two answers is the same thing.
        using var copies = new TemporaryFolder();
        using var storage = new EmbeddedStorage(_folder.Path, 1);
        var generation = (await storage.Log.ReadHead(0)).Generation;
        var epoch = (await storage.Store.Claim(0, 5)).Epoch;
        for (var i = 1; i <= 20; i++)
        {
            await storage.Log.Append(new AppendRequest(0, generation, 9, i, i - 1, [new AppendItem([(byte)i])]));
            await storage.Store.Commit(new CommitChunk(0, new OwnerFence(epoch, generation), [new CustomerWrite { Customer = CustomerKey.Parse("default/a"), Base = i - 1, Applied = i, Row = [(byte)i] }]));
            var copy = Directory.CreateDirectory(copies.File($"{i}")).FullName;
            foreach (var file in Directory.GetFiles(_folder.Path, "*.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            using var reopened = new EmbeddedStorage(copy, 1);
            Assert.Equal(i, (await reopened.Log.ReadHead(0)).Tail);
            Assert.Equal(i, (await reopened.Store.ReadCustomer(0, CustomerKey.Parse("default/a")))!.Applied);
            Assert.Equal([i], (await reopened.Log.Append(new AppendRequest(0, generation, 9, i, i - 1, [new AppendItem([(byte)i])]))).Positions);
        }
    }

    [Fact]
    [Trait(Timed.Trait, Timed.Alone)]
    public async Task Readers_do_not_wait_for_a_writer_that_is_in_the_middle_of_a_transaction()
    {
        using var storage = new EmbeddedStorage(_folder.Path, 1);
        await storage.Documents.Write([new DocumentWrite("a", [1])]);
        using var other = new SqliteConnection($"Data Source={_folder.File("state.db")};Pooling=False");
        other.Open();
        using var command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE; UPDATE documents SET version = 9";
        command.ExecuteNonQuery();
        var started = Stopwatch.GetTimestamp();
        Assert.Equal(1, (await storage.Documents.Read("a"))!.Version);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
        command.CommandText = "ROLLBACK";
        command.ExecuteNonQuery();
    }

    [Fact]
    public async Task A_write_that_fails_harms_no_other_of_its_transaction()
    {
        using var storage = new EmbeddedStorage(_folder.Path, 1);
        var fence = new OwnerFence((await storage.Store.Claim(0, 5)).Epoch, await FilledLog.UpTo(storage.Log, 20));
        var broken = new CustomerWrite { Customer = CustomerKey.Parse("default/broken"), Applied = 3, Row = null! };
        var commits = Enumerable.Range(0, 20).Select(i => storage.Store.Commit(new CommitChunk(
            0, fence, [new CustomerWrite { Customer = CustomerKey.Parse($"default/{i}"), Applied = i + 1 }, .. i % 2 == 0 ? [] : new[] { broken with { DeadLetters = null! } }])).AsTask()).ToArray();
        for (var i = 0; i < commits.Length; i++)
        {
            if (i % 2 == 0) Assert.Equal([CommitOutcome.Written], (await commits[i]).Outcomes);
            else await Assert.ThrowsAnyAsync<Exception>(() => commits[i]);
        }

        Assert.Equal(10, (await storage.Store.ListCustomers(0, null, 100)).Count);
    }
}
