namespace Personalization.Configuration;

/// <summary>Item indexes and what is made of them. Bounds are of one copy; a silo holds two, the silo of the learner a third.</summary>
public sealed class RecommendationOptions
{
    /// <summary>Sessions that neighbours are looked for in; beyond it the oldest goes. 1,000 to 10,000,000, default 500,000: about 100 bytes each.</summary>
    public int Sessions { get; set; } = 500_000;

    /// <summary>Items that are counted and paired; beyond it the one clicked longest ago goes. 1,000 to 10,000,000, default 1,000,000.</summary>
    public int Items { get; set; } = 1_000_000;

    /// <summary>Partners kept per item and kind of pair, 8 to 1,024; 12 bytes each. Default 32.</summary>
    public int PartnersPerItem { get; set; } = 32;

    /// <summary>After what time a pair of items counts half. Default 30 days.</summary>
    public TimeSpan PairHalfLife { get; set; } = TimeSpan.FromDays(30);

    /// <summary>After what time a click counts half in what is trending. Default one day.</summary>
    public TimeSpan TrendingHalfLife { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How often the weights of the mix learn from a click: at most this many a batch of new clicks, evenly spread. 0 to 10,000, default 64. Each costs
    /// about a recommendation.
    /// </summary>
    public int WeightExamplesPerBatch { get; set; } = 64;

    /// <summary>λ of maximal marginal relevance, 0 to 1: 1 = by score alone. Default 0.9.</summary>
    public double Relevance { get; set; } = 0.9;

    /// <summary>
    /// The largest share of an answer that one category may take while others are to be had, above 0 to 1; 1 = no cap. Default 0.7. Not where a category is
    /// asked for.
    /// </summary>
    public double CategoryShare { get; set; } = 0.7;

    /// <summary>For how long after a purchase the item counts as purchased. Default 30 days.</summary>
    public TimeSpan PurchasedFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long after an answer what the customer does with one of its items counts for it. 1 s to 90 days, default 1 hour. A customer's newest eight answers are kept open.
    /// </summary>
    public TimeSpan RewardWindow { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Events with a recommended item that reward the answer, by type, 0 to 1. Default: productViewed, productClicked, productAdded and purchase 1.</summary>
    public Dictionary<string, double> Rewards { get; set; } = new(StringComparer.Ordinal) { ["productViewed"] = 1, ["productClicked"] = 1, ["productAdded"] = 1, ["purchase"] = 1 };

    /// <summary>How often the whole catalogue is read again, to find what no notice told of. 10 s to 1 day, default 5 minutes.</summary>
    public TimeSpan CatalogueRescan { get; set; } = TimeSpan.FromMinutes(5);
}
