using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Security;

/// <summary>
/// Knows callers by their key: <c>Authorization: Bearer</c> or <c>X-Api-Key</c>. Not there at all where no key is configured: everybody may do everything
/// then (<see cref="LoopbackGuard"/> keeps that local).
/// </summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> schemeOptions,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    KeyRing keys,
    IProblemDetailsService problems) : AuthenticationHandler<AuthenticationSchemeOptions>(schemeOptions, loggers, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "ApiKey";

    /// <summary>The header beside <c>Authorization</c>.</summary>
    public const string Header = "X-Api-Key";

    private const string BearerPrefix = "Bearer ";

    /// <inheritdoc />
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (ShownKey() is not { } shown) return Task.FromResult(AuthenticateResult.NoResult());
        return Task.FromResult(keys.Find(shown) ?? AuthenticateResult.Fail("the key is not known"));
    }

    /// <inheritdoc />
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        var detail = ShownKey() is null ? $"a key is needed: Authorization: Bearer <key> or {Header}: <key>" : "the key is not known";
        await ExceptionProblems.Write(Context, new ProblemException(StatusCodes.Status401Unauthorized, "No valid key", detail), problems);
    }

    /// <inheritdoc />
    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        await ExceptionProblems.Write(Context, new ProblemException(StatusCodes.Status403Forbidden, "The key does not allow this", "this call needs a key of another kind"), problems);

    private string? ShownKey()
    {
        var authorization = Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)) return authorization[BearerPrefix.Length..].Trim();
        var header = Request.Headers[Header].ToString();
        return header.Length > 0 ? header : null;
    }
}
