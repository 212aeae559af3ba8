using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Personalization.Silo.Commands.Log;

/// <summary>Calls an engine's <c>/v1/admin</c> and reads its answers.</summary>
internal sealed class AdminClient(HttpClient http)
{
    /// <summary>GET; null where there is no such thing.</summary>
    /// <exception cref="AdminCallException">The engine cannot be reached or refuses; the message says why.</exception>
    public Task<JsonElement?> Get(string path, CancellationToken cancellation) => Call(HttpMethod.Get, path, cancellation);

    /// <summary>POST without a body; null where there is no such thing.</summary>
    /// <exception cref="AdminCallException">The engine cannot be reached or refuses; the message says why.</exception>
    public Task<JsonElement?> Post(string path, CancellationToken cancellation) => Call(HttpMethod.Post, path, cancellation);

    /// <summary>DELETE; null where there is no such thing.</summary>
    /// <exception cref="AdminCallException">The engine cannot be reached or refuses; the message says why.</exception>
    public Task<JsonElement?> Delete(string path, CancellationToken cancellation) => Call(HttpMethod.Delete, path, cancellation);

    /// <summary>Entries over all partitions that are accepted and not committed; null if the engine does not say.</summary>
    public async Task<long?> TotalLag(CancellationToken cancellation)
    {
        try
        {
            var status = await Get(LogStatusCommand.Path, cancellation);
            return status?.GetProperty("lag").GetProperty("entries").GetInt64();
        }
        catch (Exception fault) when (fault is AdminCallException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private async Task<JsonElement?> Call(HttpMethod method, string path, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await http.SendAsync(request, cancellation);
            if (response.StatusCode == HttpStatusCode.NotFound) return null;
            if (response.StatusCode == HttpStatusCode.NoContent) return JsonElement.Parse("{}");
            var body = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
            if (response.IsSuccessStatusCode) return body;
            var detail = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("detail", out var text) ? text.GetString() : null;
            var hint = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? " Give an admin key with --key." : "";
            throw new AdminCallException($"The engine refuses: {detail ?? $"status {(int)response.StatusCode}"}.{hint}");
        }
        catch (HttpRequestException fault)
        {
            throw new AdminCallException($"No engine answers at {http.BaseAddress}: {fault.Message}", fault);
        }
        catch (TaskCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new AdminCallException($"The engine at {http.BaseAddress} gave no answer in time.", fault);
        }
        catch (JsonException fault)
        {
            throw new AdminCallException($"What answers at {http.BaseAddress} is no engine: {fault.Message}", fault);
        }
    }
}

/// <summary>A call of the admin interface failed. The message says what to do; no stack trace is shown.</summary>
internal sealed class AdminCallException(string message, Exception? inner = null) : Exception(message, inner);
