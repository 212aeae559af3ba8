namespace Personalization.Load.Hosting;

/// <summary>What stands behind the door.</summary>
internal enum SystemKind
{
    /// <summary>The engine as it is shipped.</summary>
    Engine,

    /// <summary>A grain per customer that writes its state per event, a transaction each; on Redis through Orleans' own provider.</summary>
    Baseline,

    /// <summary>The same, with the writes of several grains grouped into transactions.</summary>
    GroupedBaseline,

    /// <summary>On Redis only: the same entries in the same groups, as plain XADD: no position, no writer's counter, no fold and no commit. The ceiling, not a rival.</summary>
    RawStream,
}
