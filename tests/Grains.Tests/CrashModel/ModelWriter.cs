using Personalization.Log;
using Personalization.TestKit.Storage;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>A process that appends, by the appender's rules but one step at a time: a group whose outcome is unknown is sent again before anything else.</summary>
public sealed class ModelWriter(World world, ulong id)
{
    private IReadOnlyList<AppendItem>? _pending;
    private ulong _generation;
    private long _counter;
    private long _acknowledged = -1;

    public bool IsPending => _pending is not null;

    /// <summary>Sends a new group, or again the one whose outcome is unknown.</summary>
    public async ValueTask Send(IReadOnlyList<AppendItem> items, Fault fault)
    {
        if (_pending is null && items.Count == 0) return;
        if (_pending is not null && world.Mutation == Mutation.NewCounterAfterUnknown) _counter++;
        _pending ??= items;
        for (var tries = 0; tries < 5; tries++)
        {
            if (_acknowledged < 0) await Begin();
            var request = new AppendRequest(0, _generation, id, _counter + 1, _acknowledged, _pending);
            world.MayArriveLate(request);
            if (fault == Fault.LostRequest) return;
            var reply = await world.Append(request);
            if (fault == Fault.LostReply) return;
            switch (reply.Status)
            {
                case AppendStatus.Appended:
                    _counter++;
                    foreach (var position in reply.Positions) _acknowledged = Math.Max(_acknowledged, position);
                    world.Acknowledged(_pending, reply.Positions);
                    _pending = null;
                    return;
                case AppendStatus.WrongGeneration:
                    _generation = reply.Head.Generation;
                    continue;
                case AppendStatus.WentBack:
                    await StartGeneration(reply.Head.Generation);
                    continue;
                default:
                    throw new InvalidOperationException($"writer {id} was answered {reply.Status}");
            }
        }
    }

    private async ValueTask Begin()
    {
        var state = await world.Store.ReadPartition(0);
        _generation = (await world.Log.ReadHead(0)).Generation;
        if (!await LogContinuity.Holds(world.Log, 0, state)) await StartGeneration(0);
        _acknowledged = world.Mutation == Mutation.StartAtTail ? 0 : state.HighestPosition;
    }

    private async ValueTask StartGeneration(ulong refused)
    {
        var state = await world.Store.Claim(0, world.NextNonce(), (await world.Log.ReadHead(0)).Epoch.Counter);
        _generation = world.Mutation == Mutation.StartAtTail
            ? (await world.Log.StartGeneration(0, (await world.Log.ReadHead(0)).Generation, 0)).Generation
            : (await LogContinuity.Restore(world.Log, 0, state, Math.Max(0, _acknowledged), refused)).Generation;
        if (world.Mutation == Mutation.StartAtTail) _acknowledged = 0;
    }
}
