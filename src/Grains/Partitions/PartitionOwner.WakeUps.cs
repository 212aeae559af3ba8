using System.Globalization;
using Microsoft.Extensions.Logging;
using Personalization.Configuration;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Partitions;

/// <summary>Wake-ups and redriven dead letters: entries that the owner itself appends, under its tenure.</summary>
internal sealed partial class PartitionOwner
{
    private const int MaxWakeUps = 256;

    /// <summary>Rows that are read over, at most: a partition with more customers stuck than this has other troubles.</summary>
    private const int MaxStuck = 100_000;

    private static readonly TimeSpan WakeUpInterval = TimeSpan.FromSeconds(1);

    private readonly Signal _clockMoved = new();
    private readonly Dictionary<CustomerKey, long> _woken = [];
    private Task _waking = Task.CompletedTask;

    /// <summary>Appends a dead letter again; null if there is none at that position.</summary>
    public async Task<long?> Redrive(long position)
    {
        var letter = (await _services.Store.ReadDeadLetters(_partition, position - 1, 1, _stop.Token)).FirstOrDefault(letter => letter.Position == position);
        if (letter?.Customer is not { } customer) return null;
        if (letter.State == DeadLetterState.Open
            && !await _services.Store.SetDeadLetterState(_partition, position, DeadLetterState.Open, DeadLetterState.Redriving, _stop.Token)) return null;

        // A crash after the append leaves the letter redriving; the next try appends again, and the fold counts the original once.
        var original = EntryCodec.ReadEnvelope(letter.Bytes);
        var envelope = new EntryEnvelope(EntryKind.Redrive, customer, string.Create(CultureInfo.InvariantCulture, $"redrive:{_partition}:{position}"), original.EventTime, original.OffsetMinutes, original.Traffic);
        var bytes = _services.Codec.Write(envelope, new Redrive { OriginalPosition = position, Original = letter.Bytes });
        var appended = (await _services.Appender.Append(_partition, [new AppendItem(bytes, Epoch)], _stop.Token))[0];
        if (appended == AppendReply.StaleEpoch) throw new TenureEndedException(_partition, Epoch);
        await _services.Store.SetDeadLetterState(_partition, position, DeadLetterState.Redriving, DeadLetterState.Discarded, _stop.Token);
        return appended;
    }

    private async Task WakeUpLoop()
    {
        while (!_isStopping)
        {
            await _clockMoved.Wait(WakeUpInterval, _services.Time, _stop.Token);
            if (_isStopping) return;
            try
            {
                await (_waking = Wake());
            }
            catch (Exception fault) when (!IsEnd(fault))
            {
                WakeUpsFailed(_services.Logger, _partition, fault);
            }
        }
    }

    private async Task Wake()
    {
        var now = _services.Options.Clock == ClockKind.Wall
            ? _services.Time.GetUtcNow().ToUnixTimeMilliseconds()
            : _obligations.NewestEventTime - (long)_services.Lateness.TotalMilliseconds;
        // Rows that were woken and do not change (a parked customer's) stay the earliest: they are read over, so that they hold nobody up.
        var max = MaxWakeUps + Math.Min(_woken.Count, MaxStuck);
        var rows = await _services.Store.ReadWakeUps(_partition, now, max, _stop.Token);
        var due = rows.Select(row => row.Customer).ToHashSet();
        var seenUpTo = rows.Count < max ? long.MaxValue : rows[^1].Due;
        foreach (var (customer, woken) in _woken.ToList())
        {
            if (woken < seenUpTo && !due.Contains(customer)) _woken.Remove(customer);
        }

        var stamp = _services.Churn();
        var items = new List<AppendItem>();
        foreach (var row in rows)
        {
            // The row changes with the commit of the wake-up's fold; until then it was woken already.
            if (_woken.TryGetValue(row.Customer, out var woken) && woken == row.Due) continue;
            _woken[row.Customer] = row.Due;
            var envelope = new EntryEnvelope(EntryKind.WakeUp, row.Customer, string.Create(CultureInfo.InvariantCulture, $"wake:{row.Due}"), row.Due);
            items.Add(new AppendItem(_services.Codec.Write(envelope, new WakeUp { Due = row.Due, Churn = stamp }), Epoch));
        }

        if (items.Count == 0) return;
        try
        {
            var positions = await _services.Appender.Append(_partition, items, _stop.Token);
            if (positions.Contains(AppendReply.StaleEpoch)) throw new TenureEndedException(_partition, Epoch);
        }
        catch
        {
            // Whether they were appended is not known; a second one changes nothing.
            _woken.Clear();
            throw;
        }
    }

    [LoggerMessage(EventId = 3041, Level = LogLevel.Warning, Message = "Wake-ups of partition {Partition} could not be appended; they are tried again")]
    private static partial void WakeUpsFailed(ILogger logger, int partition, Exception fault);
}
