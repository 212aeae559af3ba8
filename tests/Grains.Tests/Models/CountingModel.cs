using System.Buffers.Binary;
using Personalization.Engine.Models;
using Personalization.Stores;
using Personalization.TestKit;

namespace Personalization.Grains.Tests.Models;

/// <summary>Counts how often it learned each number: whatever is not 1 was lost or learned twice.</summary>
internal sealed class CountingModel(bool keepsChanges) : IOnlineModel
{
    public const string Kind = "counted";
    private readonly List<long> _news = [];

    public SortedDictionary<long, int> Counts { get; } = [];

    public long AllocatedBytes => 16L * Counts.Count;

    public static ModelDefinition Definition(bool keepsChanges, CountingReplica replica, string name = "counting") => new()
    {
        Name = name,
        Kinds = [Kind],
        KeepsChanges = keepsChanges,
        Create = () => new CountingModel(keepsChanges),
        Replica = replica,
    };

    public static OutboxItem Row(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return new OutboxItem(Kind, bytes);
    }

    public void Learn(OutboxRow row)
    {
        if (row.Item.Bytes.Length != 8) throw new InvalidDataException("not eight bytes");
        Add(BinaryPrimitives.ReadInt64LittleEndian(row.Item.Bytes));
    }

    public PublishedChange? TakeChange()
    {
        if (_news.Count == 0) return null;
        var bytes = keepsChanges ? _news.SelectMany(BitConverter.GetBytes).ToArray() : Whole();
        _news.Clear();
        return new PublishedChange(bytes, !keepsChanges);
    }

    public void Replay(ReadOnlySpan<byte> change)
    {
        for (; change.Length > 0; change = change[8..]) Counts[BitConverter.ToInt64(change)] = Counts.GetValueOrDefault(BitConverter.ToInt64(change)) + 1;
    }

    public void Save(Stream stream) => stream.Write(Whole());

    public void Load(Stream stream)
    {
        using var reader = new BinaryReader(stream);
        for (var count = reader.ReadInt32(); count > 0; count--) Counts[reader.ReadInt64()] = reader.ReadInt32();
    }

    private byte[] Whole()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Counts.Count);
        foreach (var (number, count) in Counts)
        {
            writer.Write(number);
            writer.Write(count);
        }

        return stream.ToArray();
    }

    private void Add(long number)
    {
        Counts[number] = Counts.GetValueOrDefault(number) + 1;
        _news.Add(number);
    }
}

/// <summary>What a silo sees of a <see cref="CountingModel"/>.</summary>
internal sealed class CountingReplica : IModelReplica
{
    private readonly Lock _lock = new();
    private readonly List<(Func<CountingReplica, bool> Condition, TaskCompletionSource Met)> _waits = [];
    private CountingModel _model = new(keepsChanges: true);

    public int Loads { get; private set; }

    public long AllocatedBytes => 0;

    public SortedDictionary<long, int> Counts => _model.Counts;

    public void Load(Stream? state)
    {
        lock (_lock)
        {
            _model = new CountingModel(keepsChanges: true);
            if (state is not null) _model.Load(state);
            Loads++;
            Tell();
        }
    }

    public void Apply(ReadOnlySpan<byte> change, bool isWhole)
    {
        lock (_lock)
        {
            if (isWhole)
            {
                _model = new CountingModel(keepsChanges: true);
                _model.Load(new MemoryStream(change.ToArray()));
            }
            else
            {
                _model.Replay(change);
            }

            Tell();
        }
    }

    /// <summary>Waits until a condition holds after a load or a change.</summary>
    public Task Until(Func<CountingReplica, bool> condition)
    {
        lock (_lock)
        {
            if (condition(this)) return Task.CompletedTask;
            var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((condition, wait));
            return wait.Task.WaitAsync(Patience.Limit);
        }
    }

    private void Tell() => _waits.RemoveAll(wait => wait.Condition(this) && wait.Met.TrySetResult());
}
