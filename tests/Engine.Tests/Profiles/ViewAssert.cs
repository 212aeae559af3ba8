using System.Text.Json;
using Personalization.Customers;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>Compares views bit by bit, as JSON with round-trip numbers.</summary>
public static class ViewAssert
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    /// <summary>Everything; <paramref name="withPositions"/> false leaves out what differs when the same events have other positions.</summary>
    public static string Text(ProfileView view, bool withPositions = true)
    {
        if (!withPositions) view = view with { Applied = 0, RecentItems = [.. view.RecentItems.Select(item => item with { Position = 0 })] };
        return JsonSerializer.Serialize(view, Options);
    }
}
