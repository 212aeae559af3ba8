using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Partitions;

namespace Personalization.Gateway.Hosting;

/// <summary>What an id names, as far as its rules differ.</summary>
/// <param name="MaxBytes">The most bytes of UTF-8.</param>
/// <param name="MaySlash">Whether it may hold <c>/</c>.</param>
internal readonly record struct IdKind(int MaxBytes, bool MaySlash)
{
    /// <summary>Customers, events, actions, orders …</summary>
    public static readonly IdKind Plain = new(CustomerKey.MaxIdBytes, MaySlash: false);

    /// <summary>Items: shops' article numbers hold slashes.</summary>
    public static readonly IdKind Item = new(CustomerKey.MaxIdBytes, MaySlash: true);

    /// <summary>Decisions: made here, around a customer's id.</summary>
    public static readonly IdKind Decision = new(DecisionId.MaxLength, MaySlash: false);
}

/// <summary>Checks ids as callers send them: the rules of <see cref="CustomerKey.IdError"/>, and those that come from their place in URLs.</summary>
/// <remarks>
/// What exists under an id that may no longer be given (blank, or blocked) can still be read and deleted: <see cref="Check"/> lets it pass,
/// <see cref="NewError"/> and <see cref="BlockedError"/> do not.
/// </remarks>
internal static class Ids
{
    private const string EncodedSlash = "%2F";

    /// <summary>What is wrong with an id, or null. Clients and servers take <c>.</c> and <c>..</c> out of a path, so no URL would reach such an id.</summary>
    public static string? Error(string name, string? id, IdKind? kind = null)
    {
        var rules = kind ?? IdKind.Plain;
        return id is "." or ".." ? $"{name} must not be '.' or '..'" : CustomerKey.IdError(name, id, rules.MaxBytes, rules.MaySlash);
    }

    /// <summary>What is wrong with an id that is given to something, or null: <see cref="Error"/>, and nobody could see a blank one.</summary>
    public static string? NewError(string name, string? id, IdKind? kind = null) => Error(name, id, kind) ?? (IsBlank(id!) ? $"{name} must hold a character that can be seen" : null);

    /// <summary>What is wrong with an id that programs write where they have none, or null.</summary>
    public static string? BlockedError(string name, string id, LimitOptions limits) =>
        IsBlocked(id, limits) ? $"{name} is '{id}', which programs write where they have no id ({Names.ConfigurationSection}:Limits:BlockedIds)" : null;

    /// <summary>Whether an id is one of <see cref="LimitOptions.BlockedIds"/>.</summary>
    public static bool IsBlocked(string id, LimitOptions limits) => (limits.BlockedIds ?? LimitOptions.DefaultBlockedIds).Contains(id);

    /// <summary>Refuses a bad id.</summary>
    /// <exception cref="ProblemException">It breaks the rules.</exception>
    public static void Check(string name, string? id, IdKind? kind = null)
    {
        if (Error(name, id, kind) is { } error) throw ProblemException.BadRequest(error);
    }

    /// <summary>Refuses an id that may not be given to something.</summary>
    /// <exception cref="ProblemException">It breaks the rules, is blank, or is blocked.</exception>
    public static void CheckNew(string name, string? id, LimitOptions limits, IdKind? kind = null)
    {
        if ((NewError(name, id, kind) ?? BlockedError(name, id!, limits)) is { } error) throw ProblemException.BadRequest(error);
    }

    /// <summary>An id that may be left out.</summary>
    /// <exception cref="ProblemException">It breaks the rules.</exception>
    public static string? Optional(string name, string? id, IdKind? kind = null)
    {
        if (string.IsNullOrEmpty(id)) return null;
        Check(name, id, kind);
        return id;
    }

    /// <summary>Whether there is nothing to be seen in it: only spaces, and characters of no width of their own.</summary>
    private static bool IsBlank(string id)
    {
        foreach (var rune in id.EnumerateRunes())
            if (!IsInvisible(rune)) return false;
        return true;
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => true,
        _ => rune.Value is 0x115F or 0x1160 or 0x2800 or 0x3164 or 0xFFA0, // fillers of Hangul, and the empty Braille pattern
    };

    /// <summary>
    /// Refuses URLs whose ids the server did not decode to what was sent: it leaves <c>%2F</c> and bytes that are not UTF-8 as they are, and
    /// would then name somebody whose id holds that text.
    /// </summary>
    public static void UseUrlChecks(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        CheckUrl(context.Request);
        return next(context);
    });

    private static void CheckUrl(HttpRequest request)
    {
        var raw = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget ?? "";
        if (raw.Contains('%') && !IsUtf8(raw)) throw ProblemException.BadRequest("the URL must be UTF-8, percent-encoded");
        foreach (var (name, value) in request.RouteValues)
        {
            if (value is not string id || !id.Contains(EncodedSlash, StringComparison.OrdinalIgnoreCase)) continue;
            // An id that holds the text "%2F" comes as %252F; without the raw target the two look alike.
            var path = raw.AsSpan(0, raw.IndexOf('?') is >= 0 and var query ? query : raw.Length);
            if (path.IsEmpty || path.Contains(EncodedSlash, StringComparison.OrdinalIgnoreCase)) throw ProblemException.BadRequest($"{name} must not contain '/' in a path; an item whose id holds one is reached as ?itemId=");
        }
    }

    private static bool IsUtf8(string raw)
    {
        var bytes = new byte[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit(raw[i + 1]) && char.IsAsciiHexDigit(raw[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(raw.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                bytes[length++] = char.IsAscii(raw[i]) ? (byte)raw[i] : (byte)'?';
            }
        }

        return Utf8.IsValid(bytes.AsSpan(0, length));
    }
}
