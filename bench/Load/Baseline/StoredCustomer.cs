namespace Personalization.Load.Baseline;

/// <summary>What the baseline keeps per customer: the same profile, in the same bytes, as the engine keeps.</summary>
[GenerateSerializer, Alias("personalization.load.StoredCustomer")]
internal sealed record StoredCustomer
{
    /// <summary>How many events were recorded.</summary>
    [Id(0)] public long Recorded { get; set; }

    /// <summary>The profile's row.</summary>
    [Id(1)] public byte[] Row { get; set; } = [];

    /// <summary>The profile's side record: recent ids and the tail.</summary>
    [Id(2)] public byte[] Side { get; set; } = [];
}

/// <summary>A customer that writes its state after each event.</summary>
[Alias("personalization.load.IStoredCustomerGrain")]
internal interface IStoredCustomerGrain : IGrainWithStringKey
{
    /// <summary>Folds one event and writes the state; durable when it returns.</summary>
    [Alias("record")]
    Task Record(Orleans.Concurrency.Immutable<byte[]> entry);
}
