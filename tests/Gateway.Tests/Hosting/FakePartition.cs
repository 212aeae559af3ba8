using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Gateway.Tests.Hosting;

/// <summary>A partition's owner whose answers a test sets.</summary>
internal sealed class FakePartition(int partition) : IPartitionGrain
{
    public PartitionStatus Status { get; set; } = new() { Partition = partition, Silo = "test" };

    public PartitionState State { get; set; } = new();

    public List<DeadLetter> DeadLetters { get; } = [];

    public List<CustomerListing> Customers { get; } = [];

    public Exception? Fault { get; set; }

    public bool Drained { get; set; } = true;

    public int Drains;

    /// <summary>While it is set, the owner answers nothing.</summary>
    public Task<PartitionStatus>? Silence { get; set; }

    public Task<PartitionStatus> Ensure() => Silence ?? (Fault is null ? Task.FromResult(Status) : Task.FromException<PartitionStatus>(Fault));

    public Task<bool> Drain(TimeSpan atMost)
    {
        Interlocked.Increment(ref Drains);
        return Fault is null ? Task.FromResult(Drained) : Task.FromException<bool>(Fault);
    }

    public Task<PartitionState> ReadState() => Fault is null ? Task.FromResult(State) : Task.FromException<PartitionState>(Fault);

    public Dictionary<string, long> Consumers { get; } = [];

    public Task<IReadOnlyDictionary<string, long>> ReadConsumers() => Task.FromResult<IReadOnlyDictionary<string, long>>(Consumers);

    public Task<IReadOnlyList<CustomerListing>> ListCustomers(string? after, int max) => Task.FromResult<IReadOnlyList<CustomerListing>>(
        [.. Customers.Where(row => after is null || string.CompareOrdinal(row.Customer.Text, after) > 0).OrderBy(row => row.Customer.Text, StringComparer.Ordinal).Take(max)]);

    public Task<IReadOnlyList<DeadLetter>> ListDeadLetters(long after, int max) =>
        Task.FromResult<IReadOnlyList<DeadLetter>>([.. DeadLetters.Where(letter => letter.Position > after).OrderBy(letter => letter.Position).Take(max)]);

    public Task<long?> Redrive(long position) => Task.FromResult<long?>(DeadLetters.RemoveAll(letter => letter.Position == position) > 0 ? position + 1000 : null);

    public Task<bool> Discard(long position) => Task.FromResult(DeadLetters.RemoveAll(letter => letter.Position == position) > 0);

    public Task<CatchUpReply> CatchUp(CustomerKey customer, long after) => throw new NotSupportedException();

    public Task Release() => Task.CompletedTask;
}
