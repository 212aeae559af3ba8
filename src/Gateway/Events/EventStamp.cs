using System.Runtime.InteropServices;
using Personalization.Events;
using Personalization.Gateway.Items;
using Personalization.Log;

namespace Personalization.Gateway.Events;

/// <summary>Stamps into an event what the fold may not look up: base value, and category, brand and unit price of the catalogue's items.</summary>
internal sealed class EventStamp(ItemCatalog catalog, Currencies currencies, EntryCodec codec)
{
    /// <summary>
    /// Makes the entry of a valid draft; null if money cannot be rated, which the draft then tells. Completes without waiting when the
    /// items are in memory.
    /// </summary>
    public ValueTask<byte[]?> Write(EventDraft draft, Traffic traffic, CancellationToken cancellation) =>
        IsAtHand(draft, traffic) ? new ValueTask<byte[]?>(WriteNow(draft, traffic)) : WriteAfterLookUp(draft, traffic, cancellation);

    private bool IsAtHand(EventDraft draft, Traffic traffic)
    {
        if (Settles(draft, traffic)) return false;
        if (draft.ItemId is not null && !catalog.TryFind(draft.ItemId, out draft.Item)) return false;
        foreach (ref var line in CollectionsMarshal.AsSpan(draft.Lines))
            if (!catalog.TryFind(line.ItemId!, out line.Item)) return false;
        return true;
    }

    /// <summary>Whether a draft is the first to say in which currency money is: a robot, a test, or an event without money has no say in it.</summary>
    private bool Settles(EventDraft draft, Traffic traffic) =>
        currencies.NeedsAdoption(draft.Currency) && (traffic is Traffic.Human or Traffic.Replay) && HasMoney(draft);

    private static bool HasMoney(EventDraft draft)
    {
        if (draft.Value is not null) return true;
        foreach (ref readonly var line in CollectionsMarshal.AsSpan(draft.Lines))
            if (line.Value is not null) return true;
        return false;
    }

    private async ValueTask<byte[]?> WriteAfterLookUp(EventDraft draft, Traffic traffic, CancellationToken cancellation)
    {
        if (Settles(draft, traffic)) await currencies.Adopt(draft.Currency!, cancellation);
        if (draft.ItemId is not null) draft.Item = await catalog.Find(draft.ItemId, cancellation);
        for (var i = 0; i < draft.Lines?.Count; i++)
            draft.Lines[i] = draft.Lines[i] with { Item = await catalog.Find(draft.Lines[i].ItemId!, cancellation) };
        return WriteNow(draft, traffic);
    }

    private byte[]? WriteNow(EventDraft draft, Traffic traffic)
    {
        string? fault = null;
        var rate = HasMoney(draft) ? currencies.RateOf(draft.Currency, out fault) : 1m;
        if (rate is null)
        {
            draft.Fail(fault!);
            return null;
        }

        var lines = StampLines(draft, rate.Value, out var linesValue);
        var value = linesValue ?? draft.Value;
        if (value * rate > JsonValues.MaxMoney)
        {
            draft.Fail($"value in the base currency must be at most {JsonValues.MaxMoney:N0}");
            return null;
        }

        var payload = new CustomerEvent
        {
            Type = draft.Type,
            CustomType = draft.CustomType,
            AnonymousId = draft.CustomerId is null ? null : draft.AnonymousId,
            ItemId = draft.ItemId,
            Category = draft.Category ?? draft.Item?.Category,
            Brand = draft.Brand ?? draft.Item?.Brand,
            UnitPrice = draft.Value is { } own ? own * rate / (draft.Quantity ?? 1) : PriceOf(draft.Item),
            Value = draft.Value,
            Currency = draft.Currency,
            BaseValue = value * rate,
            Quantity = draft.Quantity,
            OrderId = draft.OrderId,
            Lines = lines,
            Query = draft.Query,
            Text = draft.Text,
            Channel = draft.Channel,
            SessionId = draft.SessionId,
            DecisionId = draft.DecisionId,
            ActionId = draft.ActionId,
            Position = draft.Position,
            ContextJson = draft.ContextJson,
        };
        var flags = (draft.ProducerGaveId ? EntryFlags.ProducerGaveId : EntryFlags.None) | (draft.Timestamp is null ? EntryFlags.NoOwnTime : EntryFlags.None);
        return codec.Write(new EntryEnvelope(EntryKind.Event, draft.Key, draft.EventId!, draft.EventTime, draft.OffsetMinutes, traffic, flags), payload);
    }

    private OrderLine[]? StampLines(EventDraft draft, decimal rate, out decimal? sum)
    {
        sum = null;
        if (draft.Lines is null) return null;
        var lines = new OrderLine[draft.Lines.Count];
        for (var i = 0; i < lines.Length; i++)
        {
            var line = draft.Lines[i];
            if (line.Value is { } value) sum = (sum ?? 0) + value;
            lines[i] = new OrderLine
            {
                ItemId = line.ItemId!,
                Quantity = line.Quantity,
                Value = line.Value,
                Category = line.Item?.Category,
                Brand = line.Item?.Brand,
                UnitPrice = line.Value is { } own ? own * rate / (line.Quantity ?? 1) : PriceOf(line.Item),
            };
        }

        return lines;
    }

    private decimal? PriceOf(CatalogItem? item) => item?.Price is { } price ? price * currencies.RateOf(item.Currency, out _) : null;
}
