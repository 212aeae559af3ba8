using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Personalization.Configuration;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;
using Personalization.Stores;

namespace Personalization.Gateway.Documents;

/// <summary>What the calls on documents by id do: put, get, delete, many at once, and a listing in pages.</summary>
/// <param name="noun">What one is called, as in messages: <c>item</c>.</param>
/// <param name="table">Where they are.</param>
/// <param name="json">How one is answered.</param>
/// <param name="options">The settings.</param>
internal abstract class DocumentResource<T>(string noun, IDocumentTable<T> table, JsonTypeInfo<T> json, PersonalizationOptions options)
    where T : class
{
    /// <summary>What its ids may be.</summary>
    protected virtual IdKind IdKind => IdKind.Plain;

    /// <summary>Writes one.</summary>
    public async Task<IResult> Put(string id, HttpContext context)
    {
        Ids.CheckNew(noun + "Id", id, options.Limits, IdKind);
        T value;
        using (var body = await RequestBody.Read(context.Request, options.Limits.EventBytes, context.RequestAborted)) value = ReadOne(body.Bytes.Span, id);
        if (await Check(value, context.RequestAborted) is { } fault) throw Invalid(fault);
        var version = await WriteIf(id, EntityTags.Read(context.Request), async expected => (await table.Write([value], expected, context.RequestAborted))[0], context.RequestAborted);
        context.Response.Headers.ETag = EntityTags.Of(version);
        return JsonAnswer.Of(value, json, statusCode: version == 1 ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    /// <summary>Reads one.</summary>
    public async Task<IResult> Get(string id, HttpContext context)
    {
        CheckId(id);
        if (await table.Read(id, context.RequestAborted) is not var (value, version)) throw ProblemException.NotFound($"there is no {noun} '{id}'");
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ETag = EntityTags.Of(version);
        return EntityTags.IsKnown(context.Request.Headers.IfNoneMatch, version) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : JsonAnswer.Of(value, json);
    }

    /// <summary>Deletes one.</summary>
    public async Task<IResult> Delete(string id, HttpContext context)
    {
        CheckId(id);
        var condition = EntityTags.Read(context.Request);
        if (await table.ReadVersion(id, context.RequestAborted) is null) throw ProblemException.NotFound($"there is no {noun} '{id}'");
        await WriteIf(id, condition, async expected => await table.Delete(id, expected, context.RequestAborted) || expected == DocumentWrite.Any ? 0 : null, context.RequestAborted);
        return TypedResults.NoContent();
    }

    /// <summary>Writes many; bad ones do not harm good ones.</summary>
    public async Task<IResult> Post(HttpContext context)
    {
        var batch = new DocumentBatch<T>(noun + "s", options.Limits, ReadNew);
        using (var body = await RequestBody.Read(context.Request, options.Limits.RequestBytes, context.RequestAborted))
        {
            if (ContentTypes.Of(context.Request) == EventEndpoints.NdJson) batch.ReadLines(body.Bytes.Span);
            else batch.ReadJson(body.Bytes.Span);
        }

        foreach (var (index, value) in batch.Accepted.ToArray())
            if (await Check(value, context.RequestAborted) is { } fault) batch.Reject(index, fault);
        if (batch.Accepted.Count > 0) await table.Write([.. batch.Accepted.Select(one => one.Value)], DocumentWrite.Any, context.RequestAborted);
        batch.Rejected.Sort((left, right) => left.Index.CompareTo(right.Index));
        if (batch.Accepted.Count > 0 || batch.Rejected.Count == 0) return JsonAnswer.Of(new DocumentBatchResponse(batch.Accepted.Count, batch.Rejected), GatewayJson.Default.DocumentBatchResponse);
        var problem = new ProblemException(StatusCodes.Status400BadRequest, $"No {noun} is valid", batch.Rejected[0].Error);
        problem.Extensions["accepted"] = 0;
        problem.Extensions["rejected"] = batch.Rejected;
        throw problem;
    }

    /// <summary>Lists a page.</summary>
    public async Task<IResult> List(HttpContext context, string? cursor = null, int? limit = null)
    {
        var size = Paging.Limit(limit);
        var after = Paging.Text(cursor);
        if (after is not null && Ids.Error("cursor", after, IdKind) is not null) throw Paging.BadCursor();
        var page = await table.List(after, size, context.RequestAborted);
        return Page(page.Values, page.Rows == size ? Paging.Cursor(page.Last!) : null, page.Unreadable.Count > 0 ? page.Unreadable : null);
    }

    /// <summary>The id of one.</summary>
    protected abstract string IdOf(T value);

    /// <summary>Reads one from JSON, and checks what can be checked without waiting.</summary>
    protected abstract T? Read(ref Utf8JsonReader reader, string? id, out DocumentFault? fault);

    /// <summary>Checks what needs to wait; null = nothing is wrong.</summary>
    protected virtual ValueTask<DocumentFault?> Check(T value, CancellationToken cancellation) => ValueTask.FromResult<DocumentFault?>(null);

    /// <summary>Answers a page of a listing.</summary>
    protected abstract IResult Page(IReadOnlyList<T> values, string? next, IReadOnlyList<string>? unreadable);

    /// <summary>Writes where the condition holds, and over nothing but what it held for.</summary>
    private async ValueTask<long> WriteIf(string id, WriteCondition condition, Func<long, ValueTask<long?>> write, CancellationToken cancellation)
    {
        while (true)
        {
            var stored = condition.NeedsStored ? await table.ReadVersion(id, cancellation) : null;
            if (condition.NeedsStored && (stored is null || !condition.Names(stored.Value))) throw condition.Failed($"{noun} '{id}'", stored);
            var expected = condition.NeedsStored ? stored!.Value : condition.WantsNone ? 0 : DocumentWrite.Any;
            if (await write(expected) is { } version) return version;
            if (!condition.NeedsStored) throw condition.Failed($"{noun} '{id}'", null);
            // Another writer came between: what it left may still be wanted, so it is looked at again.
        }
    }

    private void CheckId(string id) => Ids.Check(noun + "Id", id, IdKind);

    private T? ReadNew(ref Utf8JsonReader reader, string? id, out DocumentFault? fault)
    {
        var value = Read(ref reader, id, out fault);
        if (value is null || fault is not null || Ids.BlockedError(noun + "Id", IdOf(value), options.Limits) is not { } blocked) return value;
        fault = new DocumentFault(blocked);
        return null;
    }

    private T ReadOne(ReadOnlySpan<byte> body, string id)
    {
        try
        {
            var reader = JsonBody.Reader(body);
            reader.Read();
            var value = Read(ref reader, id, out var fault);
            reader.Read();
            return value ?? throw Invalid(fault!);
        }
        catch (JsonException fault)
        {
            throw ProblemException.BadJson(fault);
        }
    }

    private static ProblemException Invalid(DocumentFault fault)
    {
        var problem = ProblemException.BadRequest(fault.Error);
        if (fault.Column is { } column) problem.Extensions["column"] = column;
        return problem;
    }
}
