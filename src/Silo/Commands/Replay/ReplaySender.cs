using System.Diagnostics;
using System.Threading.Channels;
using Personalization.Partitions;

namespace Personalization.Silo.Commands.Replay;

/// <summary>
/// Sends events as a careful producer does: in lanes by customer, each with one request under way; what was not taken, or whose outcome is unknown, is sent
/// again with the same ids until the patience ends. So an engine that is killed and comes back counts everything once.
/// </summary>
/// <param name="client">Posts.</param>
/// <param name="options">How to send.</param>
/// <param name="tally">Is told where things stand.</param>
/// <param name="problems">Is told what was rejected or given up.</param>
/// <param name="time">Waits.</param>
internal sealed class ReplaySender(ReplayClient client, ReplayOptions options, ReplayTally tally, ReplayProblems problems, TimeProvider time)
{
    // Well below the engine's default bound of 1 MiB a request.
    private const int MostBytes = 768 * 1024;

    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostAskedWait = TimeSpan.FromSeconds(30);

    /// <summary>Sends all events. Those of one customer arrive in the order given.</summary>
    /// <exception cref="ReplayException">It was given up; what was not sent is not counted.</exception>
    public async Task Send(IEnumerable<ReplayLine> lines, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var lanes = new Channel<ReplayLine>[options.Concurrency];
        for (var i = 0; i < lanes.Length; i++)
            lanes[i] = Channel.CreateBounded<ReplayLine>(new BoundedChannelOptions(options.Batch * 2) { SingleReader = true, SingleWriter = true });
        var work = lanes.Select(lane => Task.Run(() => Work(lane.Reader, stop), CancellationToken.None)).ToArray();
        try
        {
            await Distribute(lines, lanes, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A lane ended the replay; its reason follows.
        }
        finally
        {
            foreach (var lane in lanes) lane.Writer.TryComplete();
            await Task.WhenAll(work);
        }
    }

    private async Task Distribute(IEnumerable<ReplayLine> lines, Channel<ReplayLine>[] lanes, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        var count = 0L;
        foreach (var line in lines)
        {
            if (options.Rate is { } rate)
            {
                var ahead = TimeSpan.FromSeconds(count / rate) - time.GetElapsedTime(start);
                if (ahead > TimeSpan.FromMilliseconds(1)) await Task.Delay(ahead, time, cancellation);
            }

            var lane = lanes[KeyHash.Hash64(line.Customer) % (ulong)lanes.Length];
            if (!lane.Writer.TryWrite(line)) await lane.Writer.WriteAsync(line, cancellation);
            count++;
        }
    }

    private async Task Work(ChannelReader<ReplayLine> lane, CancellationTokenSource stop)
    {
        try
        {
            var batch = new List<ReplayLine>(options.Batch);
            var bytes = 0;
            while (await lane.WaitToReadAsync(stop.Token))
            {
                while (lane.TryPeek(out var next))
                {
                    if (batch.Count > 0 && (batch.Count == options.Batch || bytes + next.Json.Length > MostBytes))
                    {
                        await Post(batch, stop.Token);
                        batch = new List<ReplayLine>(options.Batch);
                        bytes = 0;
                    }

                    lane.TryRead(out _);
                    batch.Add(next);
                    bytes += next.Json.Length + 1;
                }

                // A paced replay does not hold back what has come; an unpaced one fills its batches.
                if (options.Rate is not null && batch.Count > 0)
                {
                    await Post(batch, stop.Token);
                    batch = new List<ReplayLine>(options.Batch);
                    bytes = 0;
                }
            }

            if (batch.Count > 0) await Post(batch, stop.Token);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    /// <summary>Sends a batch until each of its events is taken, refused for good, or given up.</summary>
    private async Task Post(List<ReplayLine> batch, CancellationToken cancellation)
    {
        tally.Send(batch.Count);
        await Deliver(batch, cancellation);
    }

    private async Task Deliver(List<ReplayLine> pending, CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        var wait = LeastWait;
        while (true)
        {
            var reply = await client.Post(pending, cancellation);
            if (reply.Status == PostStatus.Split)
            {
                if (pending.Count == 1) problems.Reject(pending[0], reply.Reason);
                else
                {
                    await Deliver(pending[..(pending.Count / 2)], cancellation);
                    await Deliver(pending[(pending.Count / 2)..], cancellation);
                }

                return;
            }

            if (reply.Status == PostStatus.Answered)
            {
                var left = Settle(pending, reply);
                if (left.Count == 0)
                {
                    tally.Waiting = null;
                    return;
                }

                if (left.Count < pending.Count) (since, wait) = (time.GetTimestamp(), LeastWait);
                pending = left;
            }

            var why = reply.Rejected.Count > 0 ? reply.Rejected.First(member => member.Retryable).Error : reply.Reason;
            tally.Waiting = why;
            if (time.GetElapsedTime(since) >= options.Patience)
            {
                foreach (var line in pending) problems.GiveUp(line, why);
                throw new ReplayException($"Given up: for {options.Patience} the engine has taken nothing ({why}).");
            }

            await Task.Delay(reply.RetryAfter is { } asked && asked >= TimeSpan.Zero ? (asked < MostAskedWait ? asked : MostAskedWait) : Jittered(wait), time, cancellation);
            wait = wait * 2 < MostWait ? wait * 2 : MostWait;
        }
    }

    /// <summary>Tells what became of each event; answers those to be sent again, in their order.</summary>
    private List<ReplayLine> Settle(List<ReplayLine> pending, PostReply reply)
    {
        var left = new List<ReplayLine>();
        foreach (var member in reply.Rejected.OrderBy(member => member.Index))
        {
            if (member.Retryable) left.Add(pending[member.Index]);
            else problems.Reject(pending[member.Index], member.Error);
        }

        tally.Accept(pending.Count - reply.Rejected.Count);
        return left;
    }

    /// <summary>Spreads lanes that fail together.</summary>
    private static TimeSpan Jittered(TimeSpan wait) => wait * (0.5 + Random.Shared.NextDouble());
}
