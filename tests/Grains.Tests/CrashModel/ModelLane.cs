using Personalization.Customers;
using Personalization.Log;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>What an owner knows of one customer.</summary>
public sealed class ModelLane
{
    /// <summary>Entries taken and not known to be saved, as they came.</summary>
    public List<LogEntry> Taken { get; } = [];

    /// <summary>The last position that the customer is known to have; <see cref="ApplyRequest.Unknown"/> at first.</summary>
    public long Delivered { get; set; } = ApplyRequest.Unknown;

    /// <summary>The highest position taken.</summary>
    public long Highest { get; set; }

    /// <summary>The highest position known to be saved.</summary>
    public long Saved { get; private set; }

    /// <summary>Entries are not delivered but probed for.</summary>
    public bool Parked { get; set; }

    /// <summary>The store may hold a park of this customer.</summary>
    public bool HasPark { get; set; }

    /// <summary>Where the park begins.</summary>
    public long ParkFrom { get; set; } = long.MaxValue;

    /// <summary>
    /// Everything up to a position is saved. From now on no request may name a lower previous position: an activation that loaded its row
    /// before it was saved would fold on over the hole.
    /// </summary>
    public void Drop(long saved, bool raisesPrevious = true)
    {
        Saved = Math.Max(Saved, saved);
        if (raisesPrevious && Saved > 0) Delivered = Math.Max(Delivered, Saved);
        Taken.RemoveAll(entry => entry.Position <= saved);
    }
}
