namespace Personalization.Load.Hosting;

/// <summary>What is durable and folded.</summary>
/// <param name="IsComplete">Everything that was answered before the question is in it.</param>
/// <param name="Events">Events folded and committed since the data folder was made.</param>
internal sealed record DurableState(bool IsComplete, long Events);

/// <summary>What the process has used.</summary>
internal sealed record ProcessUse(double CpuSeconds, long AllocatedBytes, int Gen0, int Gen1, int Gen2, double GcPauseSeconds, long WorkingSet)
{
    /// <summary>Of two processes together.</summary>
    public ProcessUse Plus(ProcessUse other) => new(
        CpuSeconds + other.CpuSeconds, AllocatedBytes + other.AllocatedBytes, Gen0 + other.Gen0, Gen1 + other.Gen1, Gen2 + other.Gen2, GcPauseSeconds + other.GcPauseSeconds,
        WorkingSet + other.WorkingSet);

    /// <summary>What was used since an earlier sample.</summary>
    public ProcessUse Since(ProcessUse earlier) => new(
        CpuSeconds - earlier.CpuSeconds, AllocatedBytes - earlier.AllocatedBytes, Gen0 - earlier.Gen0, Gen1 - earlier.Gen1, Gen2 - earlier.Gen2,
        GcPauseSeconds - earlier.GcPauseSeconds, WorkingSet);
}

/// <summary>The memory of the process after full, compacting collections.</summary>
/// <param name="HeapBytes">What is alive on the managed heap.</param>
/// <param name="WorkingSet">Resident memory.</param>
/// <param name="Activations">Grain activations of customers.</param>
internal sealed record HeapState(long HeapBytes, long WorkingSet, int Activations);

/// <summary>What the callers in process did.</summary>
internal sealed record InProcessOutcome(long Accepted, long Refused, double Seconds);
