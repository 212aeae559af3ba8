using Microsoft.Extensions.Logging;
using Personalization.Customers;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Partitions;

/// <summary>
/// Parking: a customer that does not answer may not hold the position back. Its start is stored, the position passes, and it is probed for;
/// once it answers it is filled from the log, and the commit that reaches everything taken ends the park.
/// </summary>
internal sealed partial class PartitionOwner
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(30);

    private readonly Dictionary<CustomerKey, long> _parks = [];
    private readonly HashSet<CustomerKey> _reviving = [];

    /// <summary>Why parked customers stay so, as last told.</summary>
    private readonly Dictionary<CustomerKey, string> _parkReasons = [];

    /// <summary>Parks on their way to the store: one that is found there meanwhile, and ended, would be ended under the other's feet.</summary>
    private readonly HashSet<CustomerKey> _parking = [];

    /// <summary>Parks that ended here and are stored until the customer's next entry, because what they begin with was lost with the log.</summary>
    private readonly Dictionary<CustomerKey, long> _outlived = [];

    private async Task ParkLane(Lane lane)
    {
        if (lane.First is not { } from) return;
        await Park(lane.Customer, from);
        CustomerParked(_services.Logger, lane.Customer.Text, from.Position);
    }

    private async Task Park(CustomerKey customer, EntryMark from)
    {
        if (!_parking.Add(customer)) return;
        try
        {
            var fence = Fence;
            OwnerWriteReply reply = default;
            await Retried(async () => reply = await _services.Store.Park(_partition, fence, customer, from, _stop.Token));
            Require(reply);
            // In one turn: a revival that began in between would take for delivered what is passed over here.
            if (_parks.TryAdd(customer, from.Position)) _services.Metrics.Parked(1);
            if (_obligations.Lanes.TryGetValue(customer, out var lane)) _obligations.Park(lane);
        }
        finally
        {
            _parking.Remove(customer);
        }
    }

    /// <summary>
    /// Takes over parks that are stored but not known here: a write that was repeated may arrive again after its park has ended. The customer is parked
    /// for good measure, and the revival that follows ends the stored park too.
    /// </summary>
    private async Task FindParks()
    {
        foreach (var (customer, from) in (await _services.Store.ReadPartition(_partition, _stop.Token)).Parks)
        {
            if (!_parks.ContainsKey(customer) && _outlived.GetValueOrDefault(customer) != from) await Park(customer, new EntryMark(from, 0, 0));
        }
    }

    private async Task MaintenanceLoop()
    {
        var housekeeping = _services.Time.GetTimestamp();
        while (IsAtWork)
        {
            await Task.Delay(ProbeInterval, _services.Time, _stop.Token);
            foreach (var customer in _parks.Keys.ToList())
            {
                if (_reviving.Add(customer)) _ = Guard(() => Revive(customer));
            }

            if (_services.Time.GetElapsedTime(housekeeping) < HousekeepingInterval) continue;
            housekeeping = _services.Time.GetTimestamp();
            await Housekeep();
        }
    }

    /// <summary>Drops what retention no longer asks for. The log keeps everything that is not committed, and everything from a park on.</summary>
    private async Task Housekeep()
    {
        var now = _services.Time.GetUtcNow();
        var retention = _services.Options.Retention;
        var upTo = _parks.Count == 0 ? _advanced : Math.Min(_advanced, _parks.Values.Min() - 1);
        try
        {
            await _services.Log.Trim(_partition, upTo, (now - retention.Log).ToUnixTimeMilliseconds(), _stop.Token);
            await FindParks();
            await _services.Store.Prune(_partition, (now - retention.Journal).ToUnixTimeMilliseconds(), (now - retention.Tombstone).ToUnixTimeMilliseconds(), _stop.Token);
        }
        catch (Exception fault) when (!IsEnd(fault))
        {
            HousekeepingFailed(_services.Logger, _partition, fault);
        }
    }

    private async Task Revive(CustomerKey customer)
    {
        try
        {
            // New entries of the customer wait in its lane; what came before is filled from the log.
            var grain = _services.Customers(customer);
            var upTo = _obligations.Cursor;
            var previous = await Fill(grain, customer, upTo);
            var collected = await grain.Collect(new CollectRequest(Epoch, previous, Force: true)).WaitAsync(_services.Options.Owner.ParkAfter, _services.Time, _stop.Token);
            if (collected.Write is not { } write) throw new InvalidOperationException($"customer {customer} did not hand over what it was filled with");
            write = write with { ClearsPark = true };
            if (collected.Names.Count > 0) await Retried(() => _services.Names.Write(collected.Names, _stop.Token).AsTask());
            var chunk = new CommitChunk(_partition, Fence, [write]);
            CommitReply? commit = null;
            await Retried(async () => commit = await _services.Store.Commit(chunk, _stop.Token));
            Require(commit!.Owner);
            if (commit.Outcomes[0] != CommitOutcome.Conflict) EndPark(customer, write.Applied, upTo);
            await grain.Acknowledge(new Acknowledgement(Epoch, write.Applied, commit.Outcomes[0], write.Base)).WaitAsync(_services.Options.Owner.ParkAfter, _services.Time, _stop.Token);
            if (commit.Outcomes[0] == CommitOutcome.Conflict) throw new InvalidOperationException($"customer {customer} folded from another version than the stored one");
        }
        catch (Exception fault) when (!IsEnd(fault) && !_parks.ContainsKey(customer))
        {
            // An activation that missed it hands the same over again, and its versioned write then says so.
            CollectFailed(_services.Logger, customer.Text, fault);
        }
        catch (Exception fault) when (!IsEnd(fault))
        {
            // Still parked: what came meanwhile is in the log, from the park's start on, and the position may pass it again.
            if (_obligations.Lanes.TryGetValue(customer, out var waiting)) _obligations.Park(waiting);
            // Tried every few seconds, and told when the reason is another one.
            if (_parkReasons.GetValueOrDefault(customer) != fault.Message) ReviveFailed(_services.Logger, customer.Text, fault);
            _parkReasons[customer] = fault.Message;
        }
        finally
        {
            _reviving.Remove(customer);
            if (_obligations.Lanes.TryGetValue(customer, out var lane)) Schedule(lane);
        }
    }

    /// <summary>Gives a parked customer what the log holds for it; answers the last position given.</summary>
    private async Task<long> Fill(ICustomerGrain grain, CustomerKey customer, long upTo)
    {
        var (previous, owed) = await Owed(grain, customer, upTo);
        for (int given = 0, again = 0; given < owed.Count;)
        {
            var batch = owed.GetRange(given, Math.Min(MaxApplyEntries, owed.Count - given));
            var reply = await GiveParked(grain, new ApplyRequest(Epoch, previous, batch));
            _folded += reply.Folded;
            if (reply.Status == ApplyStatus.Gap)
            {
                // It begins at its row again behind each entry that its fold threw on, and then sets that one aside: so often, and no oftener.
                given = owed.FindIndex(entry => entry.Position > reply.Applied);
                if (++again > owed.Count || given < 0) throw new InvalidOperationException($"customer {customer} lost what it had been given while it was filled");
                previous = reply.Applied;
                continue;
            }

            given += batch.Count;
            previous = batch[^1].Position;
        }

        return previous;
    }

    private async Task<(long Previous, List<LogEntry> Entries)> Owed(ICustomerGrain grain, CustomerKey customer, long upTo)
    {
        try
        {
            // Asked first whether it answers at all: the log is not read for one that does not.
            var probe = await GiveParked(grain, new ApplyRequest(Epoch, ApplyRequest.Unknown, []));
            return (probe.Applied, await Scan(customer, Math.Max(_parks[customer] - 1, probe.Applied), upTo));
        }
        catch (DamagedProfileException)
        {
            // Its row can be neither read nor healed. Only an erasure needs none, and what came before one is of no use.
            var entries = await Scan(customer, _parks[customer] - 1, upTo);
            var erasure = entries.FindLastIndex(entry => EntryCodec.ReadRoute(entry.Bytes).Kind == EntryKind.Erasure);
            if (erasure < 0) throw;
            return (ApplyRequest.Unknown, entries[erasure..]);
        }
    }

    private async Task<ApplyReply> GiveParked(ICustomerGrain grain, ApplyRequest request)
    {
        var reply = await grain.Apply(request).WaitAsync(_services.Options.Owner.ParkAfter, _services.Time, _stop.Token);
        return reply.Status != ApplyStatus.StaleEpoch ? reply : throw new TenureEndedException(_partition, Epoch);
    }

    /// <summary>
    /// The commit that filled the customer has ended its stored park: from now on its lane alone holds what it is owed, whether or not it hears of that. Were the position
    /// to pass the lane's entries again, nobody would know of them.
    /// </summary>
    private void EndPark(CustomerKey customer, long applied, long upTo)
    {
        if (!_parks.Remove(customer, out var from)) return;
        _parkReasons.Remove(customer);
        if (applied < from) _outlived[customer] = from;
        _services.Metrics.Parked(-1);
        CustomerRevived(_services.Logger, customer.Text, upTo);
    }

    [LoggerMessage(EventId = 3031, Level = LogLevel.Error, Message = "Customer {Customer} does not answer and is parked from position {From} on; its entries stay in the log")]
    private static partial void CustomerParked(ILogger logger, string customer, long from);

    [LoggerMessage(EventId = 3032, Level = LogLevel.Information, Message = "Customer {Customer} answers again and was filled from the log up to position {UpTo}")]
    private static partial void CustomerRevived(ILogger logger, string customer, long upTo);

    [LoggerMessage(EventId = 3033, Level = LogLevel.Warning, Message = "Customer {Customer} stays parked")]
    private static partial void ReviveFailed(ILogger logger, string customer, Exception fault);

    [LoggerMessage(EventId = 3034, Level = LogLevel.Warning, Message = "Retention of partition {Partition} could not be applied; it is tried again")]
    private static partial void HousekeepingFailed(ILogger logger, int partition, Exception fault);
}
