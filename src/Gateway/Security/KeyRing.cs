using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Personalization.Configuration;

namespace Personalization.Gateway.Security;

/// <summary>The configured keys by their SHA-256, so that none is held in the clear and a comparison's time tells nothing.</summary>
internal sealed class KeyRing
{
    private readonly byte[][] _hashes;
    private readonly AuthenticateResult[] _tickets;

    /// <summary>Takes the keys; one that stands in several lists allows what each of them allows.</summary>
    /// <param name="keys">The settings.</param>
    /// <param name="scheme">The authentication scheme that tickets name.</param>
    public KeyRing(KeyOptions keys, string scheme)
    {
        var found = new Dictionary<string, (string Name, HashSet<string> Roles)>(StringComparer.Ordinal);
        Add(keys.Ingest, nameof(keys.Ingest), AccessPolicies.Ingest);
        Add(keys.Read, nameof(keys.Read), AccessPolicies.Read);
        Add(keys.Admin, nameof(keys.Admin), AccessPolicies.Ingest, AccessPolicies.Read, AccessPolicies.Admin);
        _hashes = [.. found.Keys.Select(key => SHA256.HashData(Encoding.UTF8.GetBytes(key)))];
        _tickets = [.. found.Values.Select(key => Ticket(key.Name, key.Roles, scheme))];

        void Add(string[] list, string name, params string[] roles)
        {
            for (var i = 0; i < list.Length; i++)
            {
                if (!found.TryGetValue(list[i], out var key)) found.Add(list[i], key = ($"Keys:{name}:{i}", []));
                key.Roles.UnionWith(roles);
            }
        }
    }

    /// <summary>
    /// What a shown key allows, as roles after <see cref="AccessPolicies"/> of an identity named after the key's place in the settings; null if the key is not known.
    /// Every configured key is compared.
    /// </summary>
    public AuthenticateResult? Find(string shown)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(shown), hash);
        AuthenticateResult? found = null;
        for (var i = 0; i < _hashes.Length; i++)
        {
            if (CryptographicOperations.FixedTimeEquals(_hashes[i], hash)) found = _tickets[i];
        }

        return found;
    }

    private static AuthenticateResult Ticket(string name, IEnumerable<string> roles, string scheme)
    {
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name), .. roles.Select(role => new Claim(ClaimTypes.Role, role))], scheme);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), scheme));
    }
}
