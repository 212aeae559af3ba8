namespace Personalization.Stores;

/// <summary>What the storage promises to keep, as found at the start; readiness tells it.</summary>
/// <param name="IsComplete">Whether every answered event survives the death of any process and machine.</param>
/// <param name="Description">What can be lost otherwise, in sentences.</param>
public sealed record StorageDurability(bool IsComplete, string Description);
