using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Personalization.Decisions;
using Personalization.Engine.Journals;
using Personalization.Grains.Customers;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Decisions;

/// <summary>How a decision's record ended.</summary>
internal enum RecordEnd : byte
{
    /// <summary>It is durable; with a capped choice it is also folded, in log order.</summary>
    Recorded,

    /// <summary>The fold refused it: a cap had nothing left.</summary>
    OverCap,

    /// <summary>The log refused it: another tenure has begun.</summary>
    StaleEpoch,

    /// <summary>The log took nothing.</summary>
    NotAppended,

    /// <summary>Not known in time; the reservation stays until it is.</summary>
    Unknown,
}

/// <summary>
/// Records the decisions of one activation: reserve, append, and with a capped choice wait for the fold's verdict. Entries go to the log in process; waits are
/// outside the turn, so that <c>Apply</c> comes between.
/// </summary>
internal sealed class DecisionRecorder
{
    /// <summary>How long the owner's own delivery is waited for before the activation asks for it.</summary>
    private static readonly TimeSpan Delivery = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);

    private readonly CustomerKey _key;
    private readonly CustomerActor _actor;
    private readonly DecisionServices _services;
    private readonly Func<Task<bool>> _catchUpAnew;
    private readonly int _partition;

    /// <summary>Makes one.</summary>
    /// <param name="key">The customer.</param>
    /// <param name="actor">Its memory.</param>
    /// <param name="services">What all share.</param>
    /// <param name="catchUpAnew">Reads row and entries anew, whatever the memory holds; false: no owner answered.</param>
    public DecisionRecorder(CustomerKey key, CustomerActor actor, DecisionServices services, Func<Task<bool>> catchUpAnew)
    {
        (_key, _actor, _services, _catchUpAnew) = (key, actor, services, catchUpAnew);
        _partition = services.Customers.Map.PartitionOf(key);
        Pending = new PendingDecisions(services.Time);
        actor.DecisionFolded = Pending.Folded;
    }

    /// <summary>What is under way.</summary>
    public PendingDecisions Pending { get; }

    /// <summary>Whether the log would take a record now.</summary>
    public bool IsAvailable => _services.Appender.IsAvailable(_partition);

    /// <summary>A short id that was never given.</summary>
    public static string NewShortId()
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        return DecisionId.NewShort(random);
    }

    /// <summary>Reserves and sends a record. To be called in the turn of the draw; <see cref="Await"/> tells how it ended.</summary>
    public PendingDecision Begin(DecisionMade made, string shortId, long at, Traffic traffic)
    {
        var pending = new PendingDecision(made, shortId, at, _services.Time.GetTimestamp());
        Pending.Add(pending);
        _ = Send(pending, traffic);
        return pending;
    }

    /// <summary>Waits until a record is durable, or folded where a cap asks for it.</summary>
    public async Task<RecordEnd> Await(PendingDecision pending)
    {
        if (!await pending.Wait(static pending => pending.Append is not null || pending.Fault is not null, _services.Options.AppendTimeout, _services.Time)) return RecordEnd.Unknown;
        if (pending.Fault is { } fault) ExceptionDispatchInfo.Throw(fault);
        return pending.Append switch
        {
            AppendEnd.StaleEpoch => RecordEnd.StaleEpoch,
            AppendEnd.NotAppended => RecordEnd.NotAppended,
            _ => pending.IsCapped ? await Confirm(pending) : RecordEnd.Recorded,
        };
    }

    /// <summary>The public id of a decision.</summary>
    public async ValueTask<string> PublicId(string shortId) => DecisionId.Make(_key, shortId, await _services.SigningKey.Get());

    /// <summary>Reads a record from the journal, or from what is not saved yet; null where neither holds it.</summary>
    public async Task<(string ShortId, long At, DecisionMade Made)?> Read(long position)
    {
        foreach (var entry in _actor.UnsavedJournal)
        {
            if (entry.Position == position) return Record(entry);
        }

        foreach (var segment in await _services.Customers.Store.ReadJournal(_partition, _key, position - 1, 1))
        {
            foreach (var entry in JournalCodec.Read(segment))
            {
                if (entry.Position == position) return Record(entry);
            }
        }

        return null;
    }

    private (string, long, DecisionMade)? Record(in LogEntry entry) =>
        _services.Customers.Codec.Read(entry) is { Payload: DecisionMade made } read ? (read.Envelope.EventId, read.Envelope.EventTime, made) : null;

    /// <summary>Sends a record. Never throws: whatever comes of it is told by the pending decision, which leaves only once that is known.</summary>
    private async Task Send(PendingDecision pending, Traffic traffic)
    {
        try
        {
            var envelope = new EntryEnvelope(EntryKind.Decision, _key, pending.ShortId, pending.At, Traffic: traffic, Flags: EntryFlags.ProducerGaveId);
            var bytes = _services.Customers.Codec.Write(envelope, pending.Made);
            var position = (await _services.Appender.Append(_partition, [new AppendItem(bytes, _actor.Epoch)]))[0];
            if (position == AppendReply.StaleEpoch) Withdraw(pending, AppendEnd.StaleEpoch);
            else pending.Appended(position);
        }
        catch (LogUnavailableException)
        {
            Withdraw(pending, AppendEnd.NotAppended);
        }
        catch (TimeoutException)
        {
            // It goes on being sent: whoever waits runs into its own time-out, and the reservation stays.
        }
        catch (Exception fault)
        {
            // A bug: whoever waits is told.
            Pending.Withdraw(pending);
            pending.Failed(fault);
        }
    }

    private void Withdraw(PendingDecision pending, AppendEnd end)
    {
        Pending.Withdraw(pending);
        pending.NotAppended(end);
    }

    /// <summary>
    /// The fold's verdict on a capped decision. What this memory says counts only if nobody else saved anything of the customer since: another activation may have
    /// been given entries that this one never heard of, and have spent the cap.
    /// </summary>
    private async Task<RecordEnd> Confirm(PendingDecision pending)
    {
        var start = _services.Time.GetTimestamp();
        var pause = FirstPause;
        if (await pending.Wait(static pending => pending.IsSettled, Delivery, _services.Time) && await IsSound() && Verdict(pending) is { } verdict) return verdict;
        while (_services.Time.GetElapsedTime(start) < _services.Options.CapTimeout)
        {
            // Row and entries as of now are everything, whoever else holds the customer in memory.
            if (await _catchUpAnew() && Verdict(pending) is { } anew) return anew;
            await Task.Delay(pause, _services.Time);
            pause *= 2;
        }

        return RecordEnd.Unknown;
    }

    private RecordEnd? Verdict(PendingDecision pending)
    {
        Pending.Settle(_actor.Profile);
        if (_actor.Profile.Remembers(pending.IdHash)) return RecordEnd.Recorded;
        return _actor.Profile.Applied >= pending.Position ? RecordEnd.OverCap : null;
    }

    /// <summary>Whether what is stored is what this memory saved last.</summary>
    private async Task<bool> IsSound()
    {
        var stored = (await _services.Customers.Store.ReadCustomer(_partition, _key))?.Applied ?? Stores.CustomerWrite.NoRow;
        await _actor.Load();
        return stored == _actor.Saved;
    }
}
