using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;
using Personalization.Load.Baseline;

namespace Personalization.Silo.Tests.Load;

/// <summary>The baseline must do what it says, or the comparison says nothing.</summary>
public sealed class GrainStorageTests : IDisposable
{
    private static readonly GrainId Customer = GrainId.Create("customer", "default/c1");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("personalization-baseline-");
    private readonly Serializer _serializer = new ServiceCollection()
        .AddSerializer(serializer => serializer.AddAssembly(typeof(StoredCustomer).Assembly)).BuildServiceProvider().GetRequiredService<Serializer>();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_written_is_read_by_another_storage_over_the_same_file(bool grouped)
    {
        var state = new GrainState<StoredCustomer>(new StoredCustomer { Recorded = 7, Row = [1, 2, 3], Side = [4] });
        using (var storage = Open(grouped)) await storage.WriteStateAsync("customer", Customer, state);

        using var other = Open(grouped);
        var read = new GrainState<StoredCustomer>();
        await other.ReadStateAsync("customer", Customer, read);
        Assert.True(read.RecordExists);
        Assert.Equal(state.ETag, read.ETag);
        Assert.Equal(7, read.State!.Recorded);
        Assert.Equal([1, 2, 3], read.State.Row);
        Assert.Equal(7, other.CountRecorded());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_over_another_etag_is_refused_and_changes_nothing(bool grouped)
    {
        using var storage = Open(grouped);
        var first = new GrainState<StoredCustomer>(new StoredCustomer { Recorded = 1 });
        await storage.WriteStateAsync("customer", Customer, first);
        var stale = new GrainState<StoredCustomer>(new StoredCustomer { Recorded = 5 });
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("customer", Customer, stale));

        first.State!.Recorded = 2;
        await storage.WriteStateAsync("customer", Customer, first);
        stale.ETag = "1";
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("customer", Customer, stale));
        Assert.Equal(2, storage.CountRecorded());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private SqliteGrainStorage Open(bool grouped) => new(Path.Combine(_folder.FullName, "grains.db"), grouped, _serializer);
}
