namespace Personalization.Load.Hosting;

/// <summary>What stands behind the door.</summary>
internal enum SystemKind
{
    /// <summary>The engine as it is shipped.</summary>
    Engine,

    /// <summary>The engine on two silos, each with doors of its own.</summary>
    TwoSilos,

    /// <summary>The engine on three silos.</summary>
    ThreeSilos,

    /// <summary>A grain per customer that writes its state per event, a transaction each; on Redis through Orleans' own provider.</summary>
    Baseline,

    /// <summary>The same, with the writes of several grains grouped into transactions.</summary>
    GroupedBaseline,

    /// <summary>On Redis only: the same entries in the same groups, as plain XADD: no position, no writer's counter, no fold and no commit. The ceiling, not a rival.</summary>
    RawStream,
}

/// <summary>What a system is made of.</summary>
internal static class SystemKinds
{
    /// <summary>Whether it is the engine, on however many silos: it has something to commit after the last answer.</summary>
    public static bool IsEngine(this SystemKind kind) => kind is SystemKind.Engine or SystemKind.TwoSilos or SystemKind.ThreeSilos;

    /// <summary>Of how many processes.</summary>
    public static int Processes(this SystemKind kind) => kind switch
    {
        SystemKind.TwoSilos => 2,
        SystemKind.ThreeSilos => 3,
        _ => 1,
    };
}
