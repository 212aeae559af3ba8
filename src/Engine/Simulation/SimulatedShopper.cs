namespace Personalization.Engine.Simulation;

/// <summary>One shopper of the simulated store, with what only the answer key knows of it.</summary>
/// <param name="Index">Its position.</param>
/// <param name="Id">Its customer id.</param>
/// <param name="IsBot">Whether it is a program that reads page after page and never buys or accepts anything.</param>
/// <param name="JoinsAt">Its first visit.</param>
/// <param name="PurchasesPerWeek">λ while alive, drawn from Gamma(r = 1.2, scale = .4) and averaged over the seasons.</param>
/// <param name="VisitsPerWeek">Visits without a purchase while alive.</param>
/// <param name="DropoutProbability">p after each purchase, and after joining (the modified BG/NBD's process), drawn from Beta(.9, 3).</param>
/// <param name="PhoneShare">The share of its visits made on a phone.</param>
/// <param name="Taste">What it likes.</param>
public sealed record SimulatedShopper(
    int Index, string Id, bool IsBot, DateTimeOffset JoinsAt, double PurchasesPerWeek, double VisitsPerWeek, double DropoutProbability, double PhoneShare, ShopperTaste Taste);
