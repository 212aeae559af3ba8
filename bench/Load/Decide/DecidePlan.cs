namespace Personalization.Load.Decide;

/// <summary>What <c>decide</c> measures.</summary>
internal sealed record DecidePlan
{
    /// <summary>Sizes of the action library.</summary>
    public required IReadOnlyList<int> Candidates { get; init; }

    /// <summary>Whether the record is stubbed, in turns.</summary>
    public required IReadOnlyList<bool> Stubbed { get; init; }

    /// <summary>Customers, each equally often.</summary>
    public required int Customers { get; init; }

    /// <summary>HTTP connections.</summary>
    public required int Connections { get; init; }

    /// <summary>How long each measurement takes.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How often each is made; calls that are compared take turns.</summary>
    public required int Rounds { get; init; }

    /// <summary>Decisions a second of the open loop.</summary>
    public required double Rate { get; init; }

    /// <summary>Events a second that are written meanwhile.</summary>
    public required double Writes { get; init; }
}
