namespace Personalization.Load.Hosting;

/// <summary>What stands behind the door.</summary>
internal enum SystemKind
{
    /// <summary>The engine as it is shipped.</summary>
    Engine,

    /// <summary>A grain per customer that writes its state per event, a transaction each.</summary>
    Baseline,

    /// <summary>The same, with the writes of several grains grouped into transactions.</summary>
    GroupedBaseline,
}
