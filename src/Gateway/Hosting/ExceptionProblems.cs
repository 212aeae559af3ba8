using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Orleans.Runtime;
using Personalization.Customers;
using Personalization.Log;
using Personalization.Models;
using Personalization.Stores;

namespace Personalization.Gateway.Hosting;

/// <summary>Turns what a handler throws into problem details: expected refusals as they say, broken infrastructure as 503, bugs as 500 without their text.</summary>
internal sealed partial class ExceptionProblems(IProblemDetailsService problems, ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    /// <summary>What a caller is told to wait where nothing better is known.</summary>
    public static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException) return true;
        var problem = exception switch
        {
            ProblemException known => known,
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ProblemException.TooLarge("the body is larger than one request may be"),
            BadHttpRequestException bad => new ProblemException(bad.StatusCode, "The request is not valid", BindingFaults.Describe(bad) ?? bad.Message),
            LogUnavailableException down => new ProblemException(StatusCodes.Status503ServiceUnavailable, "The log is not available", down.Message, DefaultRetryAfter),
            NotReadYetException unread => new ProblemException(StatusCodes.Status503ServiceUnavailable, "The engine is not ready", unread.Message, DefaultRetryAfter),
            StoreUnavailableException unavailable => new ProblemException(StatusCodes.Status503ServiceUnavailable, "The store is not available", unavailable.Message, DefaultRetryAfter),
            DamagedProfileException damaged => new ProblemException(StatusCodes.Status503ServiceUnavailable, "The stored profile is damaged", damaged.Message),
            NewerFoldException newer => new ProblemException(StatusCodes.Status503ServiceUnavailable, "The engine is older than its data", newer.Message, DefaultRetryAfter),
            TimeoutException or OrleansException => new ProblemException(
                StatusCodes.Status503ServiceUnavailable, "The engine is not available", "the engine did not answer in time; try again", DefaultRetryAfter),
            _ => null,
        };

        // A log or a disk that is down, and what could not be read yet, is told once by whoever writes or reads it, not again with every request that is refused meanwhile.
        if (exception is not (ProblemException or LogUnavailableException or StoreUnavailableException or NotReadYetException) && (problem is null || problem.Status >= StatusCodes.Status500InternalServerError))
            LogFailure(httpContext.Request.Method, httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName, exception);
        problem ??= new ProblemException(StatusCodes.Status500InternalServerError, "An error on our side", "the request failed because of an error on our side; it is in the log");
        return await Write(httpContext, problem, problems);
    }

    /// <summary>Answers with a problem.</summary>
    public static ValueTask<bool> Write(HttpContext context, ProblemException problem, IProblemDetailsService problems)
    {
        context.Response.StatusCode = problem.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } wait) context.Response.Headers.RetryAfter = Seconds(wait);
        var details = new ProblemDetails { Status = problem.Status, Title = problem.Title, Detail = problem.Message };
        foreach (var (name, value) in problem.Extensions) details.Extensions[name] = value;
        return problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = details });
    }

    /// <summary>Tells what the framework's own refusals leave untold.</summary>
    public static string? DetailOf(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => "there is no such path; /docs lists the calls",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not possible on this path, only {context.Response.Headers.Allow}",
        StatusCodes.Status415UnsupportedMediaType => "the Content-Type is not one that this call takes",
        _ => null,
    };

    /// <summary>A wait in whole seconds, at least 1, as <c>Retry-After</c> takes it.</summary>
    public static string Seconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "{Method} {Endpoint} failed")]
    private partial void LogFailure(string method, string? endpoint, Exception fault);
}
