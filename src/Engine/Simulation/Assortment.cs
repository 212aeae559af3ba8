using Personalization.Algorithms.Numerics;

namespace Personalization.Engine.Simulation;

/// <summary>The items and actions of the simulated store.</summary>
public sealed class Assortment
{
    /// <summary>Categories; each is a group of actions, too.</summary>
    public const int CategoryCount = 10;

    private static readonly (string Category, string[] Nouns, double Price, double PeakDay)[] Categories =
    [
        ("shoes.running", ["Trail Shoe", "Road Shoe", "Racing Flat", "Spike"], 110, 120),
        ("shoes.city", ["Sneaker", "Loafer", "Ankle Boot", "Sandal"], 95, 100),
        ("outdoor.jackets", ["Rain Jacket", "Down Jacket", "Fleece", "Softshell"], 160, 330),
        ("outdoor.camping", ["Tent", "Sleeping Bag", "Stove", "Lantern"], 120, 180),
        ("home.kitchen", ["Pan", "Knife", "Kettle", "Coffee Mill"], 55, 345),
        ("home.textiles", ["Blanket", "Towel", "Cushion", "Bed Linen"], 40, 340),
        ("books.cooking", ["Cookbook", "Baking Book", "Wine Guide", "Spice Atlas"], 28, 350),
        ("books.travel", ["City Guide", "Hiking Guide", "Road Atlas", "Travel Diary"], 22, 150),
        ("sport.fitness", ["Yoga Mat", "Kettlebell", "Resistance Band", "Foam Roller"], 35, 10),
        ("sport.cycling", ["Helmet", "Bike Light", "Jersey", "Pannier"], 70, 140),
    ];

    private static readonly string[] Brands = ["Fleet", "Norrland", "Cima", "Oakhouse", "Lumen", "Pace", "Terra", "Vela"];
    private static readonly (string Id, string Title, string Channel)[] Offers =
    [
        ("discount", "10 % off", "web"),
        ("new-arrivals", "New arrivals in", "email"),
        ("free-shipping", "Free shipping on", "web"),
        ("bundle", "Buy two, save on", "push"),
    ];

    private readonly double[][] _popularity = new double[CategoryCount][];
    private readonly int[][] _itemsOf = new int[CategoryCount][];

    internal Assortment(SimulationOptions options)
    {
        var random = new Xoshiro256(options.Seed, 1);
        var items = new SimulatedItem[options.Items];
        for (var i = 0; i < items.Length; i++)
        {
            var (category, nouns, price, _) = Categories[i % CategoryCount];
            var number = i / CategoryCount;
            var brand = Brands[random.NextInt32(Brands.Length)];
            var amount = Math.Round((decimal)(price * Math.Exp(0.4 * random.NextGaussian())), 2);
            items[i] = new SimulatedItem(FormattableString.Invariant($"item-{i + 1:000}"), $"{brand} {nouns[number % nouns.Length]} {number / nouns.Length + 1}", category, brand, Math.Max(1, amount), i % CategoryCount);
        }

        var actions = new SimulatedAction[options.Actions];
        for (var a = 0; a < actions.Length; a++)
        {
            var category = a % CategoryCount;
            var round = a / CategoryCount;
            var (id, title, channel) = Offers[round % Offers.Length];
            var name = Categories[category].Category;
            var suffix = round < Offers.Length ? "" : FormattableString.Invariant($"-{round / Offers.Length + 1}");
            actions[a] = new SimulatedAction($"{id}:{name}{suffix}", $"{title} {name.Replace('.', ' ')}", name, channel, category);
        }

        Items = items;
        Actions = actions;
        for (var c = 0; c < CategoryCount; c++)
        {
            // Zipf within a category, over a random order: what is popular is not what has a low number.
            int[] of = [.. Enumerable.Range(0, items.Length).Where(i => items[i].CategoryIndex == c)];
            for (var i = of.Length - 1; i > 0; i--)
            {
                var j = random.NextInt32(i + 1);
                (of[i], of[j]) = (of[j], of[i]);
            }

            _itemsOf[c] = of;
            _popularity[c] = Sampling.Cumulative([.. of.Select((_, rank) => 1 / (1.0 + rank))]);
        }
    }

    /// <summary>The items; an item's index is its position.</summary>
    public IReadOnlyList<SimulatedItem> Items { get; }

    /// <summary>The actions; an action's index is its position.</summary>
    public IReadOnlyList<SimulatedAction> Actions { get; }

    /// <summary>How strongly a category is wanted on a day, 1 on average over the year: 1 + .6·cos around its peak.</summary>
    public static double Season(int category, DateTimeOffset at) => 1 + 0.6 * Math.Cos(2 * Math.PI * (at.DayOfYear - Categories[category].PeakDay) / 365.25);

    /// <summary>Draws an item of a category by its popularity (Zipf, exponent 1).</summary>
    public int DrawItem(int category, ref Xoshiro256 random) => _itemsOf[category][Sampling.Draw(_popularity[category], ref random)];
}

/// <summary>An item of the simulated store.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">Brand and kind.</param>
/// <param name="Category">Its category's name.</param>
/// <param name="Brand">Its brand.</param>
/// <param name="Price">Its price.</param>
/// <param name="CategoryIndex">Its category's index, 0 to 9.</param>
public sealed record SimulatedItem(string Id, string Title, string Category, string Brand, decimal Price, int CategoryIndex);

/// <summary>An action of the simulated store.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What the customer reads.</param>
/// <param name="Group">Its group: the category that it is about.</param>
/// <param name="Channel">Its channel.</param>
/// <param name="CategoryIndex">The category's index, 0 to 9.</param>
public sealed record SimulatedAction(string Id, string Title, string Group, string Channel, int CategoryIndex);
