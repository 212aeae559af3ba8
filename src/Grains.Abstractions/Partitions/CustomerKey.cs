using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Personalization.Partitions;

/// <summary>Which of an event's own keys names its customer.</summary>
public enum CustomerKeyKind : byte
{
    /// <summary>The producer's <c>customerId</c>: a customer who is known.</summary>
    Customer = 0,

    /// <summary>The producer's <c>anonymousId</c>: a visitor who has not been recognised.</summary>
    Anonymous = 1,
}

/// <summary>
/// Names one customer: tenant, kind and id. Its text form is the grain's key and the store's key:
/// <c>tenant/id</c> for a customer, <c>tenant/anon:id</c> for an anonymous visitor.
/// </summary>
/// <remarks>Ids are 1 to 256 bytes of UTF-8 without <c>/</c> and control characters; a customer's own id may not begin with <c>anon:</c>.</remarks>
[GenerateSerializer, Immutable, Alias("personalization.CustomerKey")]
public readonly record struct CustomerKey
{
    /// <summary>What an anonymous visitor's id begins with in URLs and keys.</summary>
    public const string AnonymousPrefix = "anon:";

    /// <summary>The tenant of an installation that has only one.</summary>
    public const string DefaultTenant = "default";

    /// <summary>The largest id in bytes of UTF-8.</summary>
    public const int MaxIdBytes = 256;

    private CustomerKey(string text) => Text = text;

    /// <summary><c>tenant/id</c> or <c>tenant/anon:id</c>.</summary>
    [Id(0)]
    public string Text { get; }

    /// <summary>The tenant's id.</summary>
    public string Tenant => Text[..Text.IndexOf('/')];

    /// <summary>The id as URLs carry it: with <c>anon:</c> before an anonymous id.</summary>
    public string PublicId => Text[(Text.IndexOf('/') + 1)..];

    /// <summary>Which kind of id it is.</summary>
    public CustomerKeyKind Kind => PublicId.StartsWith(AnonymousPrefix, StringComparison.Ordinal) ? CustomerKeyKind.Anonymous : CustomerKeyKind.Customer;

    /// <summary>The producer's id, without the prefix.</summary>
    public string Id => Kind == CustomerKeyKind.Anonymous ? PublicId[AnonymousPrefix.Length..] : PublicId;

    /// <summary>Makes a key of its parts.</summary>
    /// <exception cref="ArgumentException">The tenant or the id breaks the rules; the message says which and how.</exception>
    public static CustomerKey Create(string tenant, CustomerKeyKind kind, string id)
    {
        if (IdError("tenant", tenant) is { } tenantError) throw new ArgumentException(tenantError, nameof(tenant));
        if (IdError(kind == CustomerKeyKind.Customer ? "customerId" : "anonymousId", id) is { } idError) throw new ArgumentException(idError, nameof(id));
        if (kind == CustomerKeyKind.Customer && id.StartsWith(AnonymousPrefix, StringComparison.Ordinal))
            throw new ArgumentException($"customerId may not begin with '{AnonymousPrefix}'", nameof(id));
        return new CustomerKey(kind == CustomerKeyKind.Customer ? $"{tenant}/{id}" : $"{tenant}/{AnonymousPrefix}{id}");
    }

    /// <summary>Reads the text form that <see cref="Text"/> has. It is trusted: only the separator is looked for.</summary>
    /// <exception cref="FormatException">There is no <c>/</c> in it.</exception>
    public static CustomerKey Parse(string text) =>
        text.IndexOf('/') > 0 ? new CustomerKey(text) : throw new FormatException($"'{text}' is no customer key: it has no tenant before a '/'");

    /// <summary>Reads an id as URLs carry it (<c>anon:</c> before an anonymous id).</summary>
    public static bool TryFromPublicId(string tenant, string? publicId, [NotNullWhen(false)] out string? error, out CustomerKey key)
    {
        key = default;
        error = IdError("id", publicId);
        if (error is null && publicId == AnonymousPrefix) error = $"id must have something after '{AnonymousPrefix}'";
        if (error is not null) return false;
        key = new CustomerKey($"{tenant}/{publicId}");
        return true;
    }

    /// <summary>What is wrong with an id, or null: 1 to 256 bytes of UTF-8, no <c>/</c>, no control characters, no lone surrogates.</summary>
    /// <param name="name">What it is called, for the message.</param>
    /// <param name="id">The id.</param>
    /// <param name="maxBytes">The most bytes of UTF-8.</param>
    /// <param name="maySlash">Whether <c>/</c> is allowed: only in ids that are never a part of a key with other parts behind it.</param>
    public static string? IdError(string name, string? id, int maxBytes = MaxIdBytes, bool maySlash = false)
    {
        if (string.IsNullOrEmpty(id)) return $"{name} must not be empty";
        if (id.Length > maxBytes || Encoding.UTF8.GetByteCount(id) > maxBytes) return $"{name} must be at most {maxBytes} bytes of UTF-8";
        for (var i = 0; i < id.Length; i++)
        {
            var c = id[i];
            if (c == '/' && !maySlash) return $"{name} must not contain '/'";
            if (char.IsControl(c)) return $"{name} must not contain control characters";
            if (char.IsHighSurrogate(c) && i + 1 < id.Length && char.IsLowSurrogate(id[i + 1])) i++;
            else if (char.IsSurrogate(c)) return $"{name} must be well-formed Unicode";
        }

        return null;
    }

    /// <inheritdoc />
    public override string ToString() => Text;
}
