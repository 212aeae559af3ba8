using System.Globalization;
using Personalization.Configuration;
using Personalization.Gateway.Health;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Security;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Gateway.Admin;

/// <summary><c>/v1/admin/log</c>: the partitions and their owners, and the entries that were set aside.</summary>
internal static class LogEndpoints
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(3);

    /// <summary>The end of the year 9999: what a damaged entry says of its time may lie beyond it.</summary>
    private const long LastInstant = 253_402_300_799_999;

    /// <summary>Maps the calls.</summary>
    public static void MapLog(this IEndpointRouteBuilder routes)
    {
        var log = routes.MapGroup("/v1/admin/log").WithTags("Admin").RequireAuthorization(AccessPolicies.Admin);
        log.MapGet("", Get).WithName("getLog").WithSummary("Every partition: owner, positions, lag").Produces<LogResponse>();
        log.MapGet("/dead-letters", List).WithName("listDeadLetters").WithSummary("List entries that were set aside")
            .Produces<DeadLetterListResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
        log.MapGet("/dead-letters/{partition:int}/{position:long}", Show).WithName("getDeadLetter").WithSummary("Show one, with what it says")
            .Produces<DeadLetterResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        log.MapPost("/dead-letters/{partition:int}/{position:long}/redrive", Redrive).WithName("redriveDeadLetter").WithSummary("Append one again")
            .Produces<RedriveResponse>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);
        log.MapDelete("/dead-letters/{partition:int}/{position:long}", Discard).WithName("discardDeadLetter").WithSummary("Give one up")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> Get(PartitionMonitor monitor, IGrainFactory grains, TimeProvider time, CancellationToken cancellation)
    {
        await monitor.Poll(cancellation);
        var rows = await Task.WhenAll(monitor.Observations.Select(async (seen, partition) => seen is { Failing: false } known
            ? Row(partition, known.Status, true, await Stored(grains.GetGrain<IPartitionGrain>(partition), time, cancellation))
            : Row(partition, seen?.Status ?? new PartitionStatus(), false, null)));
        return JsonAnswer.Of(new LogResponse(new LagResponse(rows.Sum(row => row.Lag), rows.Max(row => row.AgeSeconds)), rows), GatewayJson.Default.LogResponse);
    }

    /// <summary>What the store holds; null where it cannot be read now, which must not hide the rest.</summary>
    private static async Task<StoredPartitionResponse?> Stored(IPartitionGrain owner, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            var (reading, asking) = (owner.ReadState(), owner.ReadConsumers());
            await Task.WhenAll(reading, asking).WaitAsync(StoreTimeout, time, cancellation);
            var (state, consumers) = (await reading, await asking);
            return new StoredPartitionResponse(
                state.DeadLetters, state.Lost, state.OutboxHead,
                [.. consumers.OrderBy(consumer => consumer.Key, StringComparer.Ordinal).Select(consumer => new ConsumerResponse(consumer.Key, consumer.Value, Math.Max(0, state.OutboxHead - consumer.Value)))],
                [.. state.Parks.OrderBy(park => park.Value).Select(park => new ParkResponse(park.Key.PublicId, park.Value))]);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<IResult> List(IGrainFactory grains, PersonalizationOptions options, string? cursor = null, int? limit = null)
    {
        var size = Paging.Limit(limit);
        var (partition, row) = Paging.Place(cursor, options.Partitions);
        var after = row is null ? 0 : long.TryParse(row, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : throw Paging.BadCursor();
        var letters = new List<DeadLetterResponse>(size);
        string? next = null;
        for (; partition < options.Partitions && next is null; partition++, after = 0)
        {
            var page = await grains.GetGrain<IPartitionGrain>(partition).ListDeadLetters(after, size - letters.Count);
            foreach (var letter in page) letters.Add(Letter(partition, letter));
            if (letters.Count == size) next = Paging.Cursor(partition, page[^1].Position.ToString(CultureInfo.InvariantCulture));
        }

        return JsonAnswer.Of(new DeadLetterListResponse(letters, next), GatewayJson.Default.DeadLetterListResponse);
    }

    private static async Task<IResult> Show(int partition, long position, IGrainFactory grains, PersonalizationOptions options, EntryCodec codec)
    {
        var page = await Owner(partition, grains, options).ListDeadLetters(Math.Max(position, 1) - 1, 1);
        if (page.Count == 0 || page[0].Position != position) throw NotFound(partition, position);
        var letter = page[0];
        var response = Letter(partition, letter) with { Bytes = letter.Bytes };
        try
        {
            response = response with { Payload = PayloadJson.Of(codec.Read(new LogEntry(letter.Position, letter.LogTime, letter.Bytes)).Payload) };
        }
        catch (UnreadableEntryException)
        {
            // The bytes are all there is to show.
        }

        return JsonAnswer.Of(response, GatewayJson.Default.DeadLetterResponse);
    }

    private static async Task<IResult> Redrive(int partition, long position, IGrainFactory grains, PersonalizationOptions options) =>
        await Owner(partition, grains, options).Redrive(position) is { } appended
            ? JsonAnswer.Of(new RedriveResponse(appended), GatewayJson.Default.RedriveResponse, statusCode: StatusCodes.Status202Accepted)
            : throw NotFound(partition, position);

    private static async Task<IResult> Discard(int partition, long position, IGrainFactory grains, PersonalizationOptions options) =>
        await Owner(partition, grains, options).Discard(position) ? TypedResults.NoContent() : throw NotFound(partition, position);

    private static IPartitionGrain Owner(int partition, IGrainFactory grains, PersonalizationOptions options) =>
        partition >= 0 && partition < options.Partitions ? grains.GetGrain<IPartitionGrain>(partition) : throw ProblemException.NotFound($"there is no partition {partition}");

    private static ProblemException NotFound(int partition, long position) => ProblemException.NotFound($"there is no open dead letter at position {position} of partition {partition}");

    private static PartitionResponse Row(int partition, PartitionStatus status, bool owned, StoredPartitionResponse? stored) => new(
        partition, owned, status.Silo, status.Epoch.Counter, status.Generation.ToString("x16", CultureInfo.InvariantCulture), status.Tail, status.Cursor, status.Committed,
        status.Lag, status.AgeSeconds, status.Dirty, status.Parked, status.Throttled.Count, status.Folded, stored);

    private static DeadLetterResponse Letter(int partition, DeadLetter letter)
    {
        EntryEnvelope? envelope = null;
        try
        {
            envelope = EntryCodec.ReadEnvelope(letter.Bytes);
        }
        catch (UnreadableEntryException)
        {
            // The reason says so already.
        }

        return new DeadLetterResponse(
            partition, letter.Position, Instants.ToUtc(letter.LogTime), letter.Customer?.PublicId, letter.Reason, letter.State == DeadLetterState.Open ? "open" : "redriving",
            envelope is { } kind ? char.ToLowerInvariant(kind.Kind.ToString()[0]) + kind.Kind.ToString()[1..] : null, envelope?.EventId, envelope is { EventTime: >= 0 and <= LastInstant } dated ? Instants.ToUtc(dated.EventTime) : null);
    }
}
