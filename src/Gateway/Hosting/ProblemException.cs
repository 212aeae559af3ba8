namespace Personalization.Gateway.Hosting;

/// <summary>Ends a request with a problem details answer (RFC 9457): what the caller did wrong, or what it should wait for.</summary>
internal sealed class ProblemException : Exception
{
    /// <summary>Makes one.</summary>
    public ProblemException(int status, string title, string detail, TimeSpan? retryAfter = null) : base(detail)
    {
        Status = status;
        Title = title;
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>What kind of problem it is, the same words each time.</summary>
    public string Title { get; }

    /// <summary>After how long to try again; null = trying again changes nothing.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Members beside the standard ones.</summary>
    public Dictionary<string, object?> Extensions { get; } = new(StringComparer.Ordinal);

    /// <summary>400: the request is not what the call takes.</summary>
    public static ProblemException BadRequest(string detail) => new(StatusCodes.Status400BadRequest, "The request is not valid", detail);

    /// <summary>404: there is no such thing.</summary>
    public static ProblemException NotFound(string detail) => new(StatusCodes.Status404NotFound, "Not found", detail);

    /// <summary>413: a bound on the request's size is passed.</summary>
    public static ProblemException TooLarge(string detail) => new(StatusCodes.Status413PayloadTooLarge, "The request is too large", detail);

    /// <summary>400 for bytes that are not JSON, with the place.</summary>
    public static ProblemException BadJson(System.Text.Json.JsonException fault)
    {
        var problem = new ProblemException(StatusCodes.Status400BadRequest, "The body is not valid JSON", JsonFaults.Describe(fault));
        problem.Extensions["line"] = (fault.LineNumber ?? 0) + 1;
        problem.Extensions["position"] = (fault.BytePositionInLine ?? 0) + 1;
        return problem;
    }
}
