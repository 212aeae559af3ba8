namespace Personalization.Engine.Simulation;

/// <summary>The size of a simulated world and its seed: equal options give equal worlds, to the bit.</summary>
public sealed record SimulationOptions
{
    /// <summary>Names the world: its items, actions, answer key, shoppers and their behaviour. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Items in the store, at least one a category. Default 500.</summary>
    public int Items { get; init; } = 500;

    /// <summary>Actions, at least one a category. Default 40.</summary>
    public int Actions { get; init; } = 40;

    /// <summary>Shoppers, bots included. Default 2,000.</summary>
    public int Shoppers { get; init; } = 2000;

    /// <summary>The share of shoppers that are bots, in [0, 1]. Default .02.</summary>
    public double BotShare { get; init; } = 0.02;

    /// <summary>The expected reward of an oracle that knows every context but no shopper, in (0, 1): the answer key is calibrated to it. Default .2.</summary>
    public double OracleReward { get; init; } = 0.2;

    /// <summary>τ_g: how far a shopper's liking for all actions of a category departs from the others', as a standard deviation in log-odds. Default .8.</summary>
    public double CategoryTaste { get; init; } = 0.8;

    /// <summary>τ_a: the same for a single action. Default .6.</summary>
    public double ActionTaste { get; init; } = 0.6;

    /// <summary>When the world begins.</summary>
    public DateTimeOffset Start { get; init; } = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How long shoppers keep joining. Default one year.</summary>
    public TimeSpan Span { get; init; } = TimeSpan.FromDays(365);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Items, Assortment.CategoryCount, nameof(Items));
        ArgumentOutOfRangeException.ThrowIfLessThan(Actions, Assortment.CategoryCount, nameof(Actions));
        ArgumentOutOfRangeException.ThrowIfNegative(Shoppers, nameof(Shoppers));
        if (BotShare is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(BotShare), BotShare, "A share lies in [0, 1].");
        if (OracleReward is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(OracleReward), OracleReward, "A reward rate lies in (0, 1).");
        if (!(CategoryTaste >= 0) || !(ActionTaste >= 0)) throw new ArgumentOutOfRangeException(nameof(CategoryTaste), "A deviation is not negative.");
        if (Span <= TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(Span), Span, "Shoppers join over some time.");
    }
}
