using Microsoft.Extensions.Logging;
using Personalization.Customers;

namespace Personalization.Grains.Partitions;

/// <summary>Lanes: one <c>Apply</c> in flight per customer, a bounded number in all.</summary>
internal sealed partial class PartitionOwner
{
    private const int MaxApplyEntries = 256;
    private const int MaxApplyBytes = 256 * 1024;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(1);

    private ICustomerGrain GrainOf(Lane lane) => lane.Grain ??= _services.Customers(lane.Customer);

    private void Schedule(Lane lane)
    {
        if (lane.Pumping || !lane.HasUndelivered || _reviving.Contains(lane.Customer)) return;
        lane.Pumping = true;
        _ = Guard(() => Pump(lane));
    }

    private async Task Pump(Lane lane)
    {
        try
        {
            var retry = FirstRetry;
            while (IsAtWork && lane.HasUndelivered)
            {
                var asked = _services.Time.GetUtcNow();
                try
                {
                    await DeliverNext(lane);
                    retry = FirstRetry;
                }
                catch (Exception fault) when (!IsEnd(fault))
                {
                    // Infrastructure, never the entry's fault: whatever the fold throws is its verdict, and a dead letter.
                    lane.FailingSince ??= asked;
                    ApplyFailed(_services.Logger, lane.Customer.Text, fault);
                    if (_services.Time.GetUtcNow() - lane.FailingSince >= _services.Options.Owner.ParkAfter)
                    {
                        await ParkLane(lane);
                        return;
                    }

                    await Task.Delay(retry, _services.Time, _stop.Token);
                    retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
                }
            }
        }
        finally
        {
            lane.Pumping = false;
        }
    }

    private async Task DeliverNext(Lane lane)
    {
        await _callSlots.WaitAsync(_stop.Token);
        ApplyReply reply;
        try
        {
            if (!lane.HasUndelivered) return;
            var batch = lane.Next(MaxApplyEntries, MaxApplyBytes);
            // Bounded, so that a customer that hangs is noticed and parked; the call itself may still end, which is harmless.
            reply = await GrainOf(lane).Apply(new ApplyRequest(Epoch, lane.Previous, batch)).WaitAsync(_services.Options.Owner.ParkAfter, _services.Time, _stop.Token);
        }
        finally
        {
            _callSlots.Release();
        }

        Confirm(lane, reply);
    }

    /// <summary>Draws the conclusions from a customer's answer.</summary>
    private void Confirm(Lane lane, in ApplyReply reply)
    {
        switch (reply.Status)
        {
            case ApplyStatus.StaleEpoch:
                throw new TenureEndedException(_partition, Epoch);
            case ApplyStatus.Gap:
                if (!lane.Rewind(reply.Applied)) throw new TenureEndedException(_partition, Epoch);
                Schedule(lane);
                break;
            default:
                _folded += reply.Folded;
                if (reply.ThrottledUntil > 0) _throttled[lane.Customer] = reply.ThrottledUntil;
                else _throttled.Remove(lane.Customer);
                lane.Delivered(reply.Applied);
                _obligations.Saved(lane, reply.Saved);
                if (_obligations.Lanes.Count >= _services.Options.Owner.CommitCustomers) _commitWanted.Set();
                _settled.Set();
                break;
        }
    }

    [LoggerMessage(EventId = 3011, Level = LogLevel.Warning, Message = "Customer {Customer} did not take its entries; they are delivered again")]
    private static partial void ApplyFailed(ILogger logger, string customer, Exception fault);
}
