using System.Globalization;
using Personalization.Algorithms.Lifetime;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Churn;
using Personalization.Engine.Churn.Learning;
using Personalization.Engine.Models;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Partitions;
using Personalization.Stores;
using Personalization.TestKit;

namespace Personalization.Engine.Tests.Churn;

/// <summary>The population's parameters, from events through the fold and its facts to the scorer.</summary>
public sealed class ChurnFittingTests
{
    private static readonly int Start = new DateOnly(2024, 1, 1).DayNumber - new DateOnly(1970, 1, 1).DayNumber;

    [Fact]
    public void The_Cdnow_sample_as_events_is_fitted_to_the_published_parameters()
    {
        var shop = new FactShop();
        var lastDay = Day("19970930");
        foreach (var line in File.ReadLines(RealData.File("cdnow", "CDNOW_sample.txt")))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (Day(fields[2]) <= lastDay) shop.Buy($"c{fields[1]}", Day(fields[2]), decimal.Parse(fields[4], CultureInfo.InvariantCulture));
        }

        var fit = shop.Fit(new ChurnFitOptions())!;
        Assert.Equal((2357, lastDay), (fit.Customers, fit.AsOf));
        AssertClose(.5248, fit.Purchases.R, .005);
        AssertClose(6.183, fit.Purchases.Alpha, .005);
        AssertClose(.891, fit.Purchases.A, .005);
        AssertClose(1.614, fit.Purchases.B, .005);

        // Published is 35.2, of repeat purchases; here a customer's first day counts too, and first days are smaller.
        Assert.Equal(32.66, fit.Value!.Value.PopulationMean, .05);
    }

    [Fact]
    public void Simulated_customers_give_back_the_parameters_that_they_were_made_with()
    {
        var truth = new BetaGeometricParameters(.8, 15, 1.2, 3);
        var money = new GammaGammaModel(5, 4, 30);
        var shop = new FactShop();
        Simulate(shop, 7, truth, money, customers: 12_000, weeks: 156);

        // A population that seldom buys: days in place of instants, and days collapsed, then cost next to nothing. The fit is within 3 % of r and α, 11 % of a and b.
        var fit = shop.Fit(new ChurnFitOptions())!;
        AssertClose(truth.R, fit.Purchases.R, .10);
        AssertClose(truth.Alpha, fit.Purchases.Alpha, .10);
        AssertClose(truth.A, fit.Purchases.A, .20);
        AssertClose(truth.B, fit.Purchases.B, .25);
        AssertClose(truth.A / (truth.A + truth.B), fit.Purchases.A / (fit.Purchases.A + fit.Purchases.B), .08);
        AssertClose(money.PopulationMean, fit.Value!.Value.PopulationMean, .03);
        AssertClose(money.P, fit.Value.Value.P, .10);
        AssertClose(money.Q, fit.Value.Value.Q, .10);
    }

    [Fact]
    public void A_sample_of_a_larger_population_stays_bounded_and_fits_the_same_shop()
    {
        var truth = new BetaGeometricParameters(.8, 5, 1.2, 3);
        var shop = new FactShop();
        Simulate(shop, 8, truth, null, customers: 8000, weeks: 60);
        var (model, fit) = shop.Learn(new ChurnFitOptions { Sample = 4000 });
        Assert.InRange(model.Customers, 1700, 4000);
        Assert.InRange(model.AllocatedBytes, 1, 400_000);
        AssertClose(truth.R / truth.Alpha, fit!.Purchases.R / fit.Purchases.Alpha, .15);
        Assert.Null(fit.Value);
    }

    [Fact]
    public void Customers_known_only_since_a_later_purchase_are_left_out()
    {
        var model = new ChurnFitting(new ChurnFitOptions { MinCustomers = 100 });
        var old = new FactShop();
        for (var i = 0; i < 300; i++)
        {
            old.Buy($"c{i}", Start);
            old.Buy($"c{i}", Start + 30);
        }

        // Their first facts were told before this learner registered.
        foreach (var item in old.Facts.Skip(1).Where((_, index) => index % 2 == 0)) model.Learn(new OutboxRow(1, FoldRun.Key, item));
        Assert.Equal(0, model.Customers);
    }

    [Fact]
    public void Nothing_is_fitted_of_too_few_while_frozen_or_without_a_second_purchase()
    {
        var shop = new FactShop();
        Simulate(shop, 9, new BetaGeometricParameters(.8, 5, 1.2, 3), null, customers: 900, weeks: 40);
        Assert.Null(shop.Fit(new ChurnFitOptions()));
        Assert.NotNull(shop.Fit(new ChurnFitOptions { MinCustomers = 800 }));
        Assert.Null(shop.Fit(new ChurnFitOptions { MinCustomers = 800, Enabled = false }));
        Assert.Null(shop.Learn(new ChurnFitOptions { MinCustomers = 800 }, isFrozen: true).Fit);

        var once = new FactShop();
        for (var i = 0; i < 1500; i++) once.Buy($"c{i}", Start + (i % 100));
        Assert.Null(once.Fit(new ChurnFitOptions()));
    }

    [Fact]
    public void State_and_changes_bring_a_learner_and_a_replica_to_the_same_fit()
    {
        var shop = new FactShop();
        Simulate(shop, 10, new BetaGeometricParameters(.8, 5, 1.2, 3), new GammaGammaModel(5, 4, 30), customers: 1200, weeks: 40);
        var options = new ChurnFitOptions();
        var (model, replayed) = (new ChurnFitting(options), new ChurnFitting(options));
        var live = new ChurnReplica(new FoldSettings(), new ChurnOptions());
        PublishedChange? change;
        foreach (var item in shop.Facts)
        {
            model.Learn(new OutboxRow(1, FoldRun.Key, item));
            change = model.TakeChange();
            if (change is not { } taken) continue;
            replayed.Replay(taken.Bytes);
            live.Apply(taken.Bytes, taken.IsWhole);
        }

        while ((change = model.TakeChange()) is { } rest)
        {
            replayed.Replay(rest.Bytes);
            live.Apply(rest.Bytes, rest.IsWhole);
        }

        Assert.True(model.Fit!.Version >= 1);
        Assert.Equal(model.Fit, replayed.Fit);
        var (state, other) = (Save(model), Save(replayed));
        Assert.Equal(Convert.ToHexString(state), Convert.ToHexString(other));

        var loaded = new ChurnFitting(options);
        loaded.Load(new MemoryStream(state));
        Assert.Equal((model.Fit, model.Customers), (loaded.Fit, loaded.Customers));
        Assert.Null(loaded.TakeChange());
        var restarted = new ChurnReplica(new FoldSettings(), new ChurnOptions());
        restarted.Load(new MemoryStream(state));
        Assert.Equal(live.Stamp, restarted.Stamp);
        Assert.Equal(model.Fit.Version, live.Stamp.Version);
        Assert.Throws<InvalidDataException>(() => loaded.Load(new MemoryStream([9])));
    }

    [Fact]
    public void An_erased_customer_is_forgotten()
    {
        var model = new ChurnFitting(new ChurnFitOptions());
        var run = new FoldRun();
        run.Event(EventType.Purchase, value: 5);
        model.Learn(new OutboxRow(1, FoldRun.Key, PurchaseFacts.Make(run.Profile, CounterSnapshot.Empty)!));
        Assert.Equal(1, model.Customers);
        run.Sink.Items.Clear();
        run.Apply(new Erasure());
        model.Learn(new OutboxRow(2, FoldRun.Key, Assert.Single(run.Sink.Items)));
        Assert.Equal(0, model.Customers);

        // Who had bought nothing is in no sample, and need not be forgotten.
        var visitor = new FoldRun();
        visitor.Event(EventType.ProductViewed);
        visitor.Apply(new Erasure());
        Assert.Empty(visitor.Sink.Items);
    }

    [Fact]
    public void Parameters_of_the_settings_stay_authoritative_and_the_score_tells_which_it_used()
    {
        var fit = new FittedChurn(3, Start, 2000, new BetaGeometricParameters(1, 10, 1, 4), new GammaGammaModel(4, 3, 20));
        var run = new ChurnRun().Buy(0, 30);
        ChurnParametersView Used(ChurnOptions options) => new ChurnScorer(run.Fold.Settings, ChurnModel.From(options, fit)).Score(run.Fold.Profile, ChurnRun.At(40)).Parameters!;

        var fitted = Used(new ChurnOptions());
        Assert.Equal((ParameterSource.Fitted, 3, 1, 10, 1, 4), (fitted.Source, fitted.Version, fitted.R, fitted.Alpha, fitted.A, fitted.B));
        Assert.Equal((2000, Start, new ValueParametersView(ParameterSource.Fitted, 4, 3, 20)), (fitted.Customers, fitted.FittedTo, fitted.Value));

        var given = Used(new ChurnOptions { Alpha = 7 });
        Assert.Equal((ParameterSource.Settings, 0, .5248, 7, .891, 1.614), (given.Source, given.Version, given.R, given.Alpha, given.A, given.B));
        Assert.Null(given.Customers);
        Assert.Equal(ParameterSource.Fitted, given.Value!.Source);
        Assert.Equal(new ValueParametersView(ParameterSource.Settings, 6.25, 3.74, 50), Used(new ChurnOptions { Value = { V = 50 } }).Value);

        var off = Used(new ChurnOptions { Fit = { Enabled = false } });
        Assert.Equal((ParameterSource.Settings, ParameterSource.Settings), (off.Source, off.Value!.Source));

        var visitor = new ChurnRun().Visit(0).Score(1).Parameters!;
        Assert.Equal((ParameterSource.Settings, 1, 2), (visitor.Source, visitor.R, visitor.Alpha));
        Assert.Null(visitor.Value);
    }

    [Fact]
    public void The_bytes_of_a_fact_are_as_they_were()
    {
        var run = new FoldRun();
        run.Event(EventType.Purchase, FoldRun.Noon, value: 5);
        run.Event(EventType.Purchase, FoldRun.Noon + (3 * FoldRun.Day), value: 10);
        Assert.Equal("010135daa7ccdf70ecacb8b30203020000000000001e40", Convert.ToHexStringLower(PurchaseFacts.Make(run.Profile, CounterSnapshot.Empty)!.Bytes));
        run.Apply(new Erasure());
        Assert.Equal("010235daa7ccdf70ecac", Convert.ToHexStringLower(run.Sink.Items[^1].Bytes));
    }

    private static void Simulate(FactShop shop, int seed, BetaGeometricParameters truth, GammaGammaModel? money, int customers, int weeks)
    {
        var buyers = new SimulatedBuyers(seed) { R = truth.R, Alpha = truth.Alpha, A = truth.A, B = truth.B, Money = money is { } value ? (value.P, value.Q, value.V) : null };
        foreach (var (customer, day, amount) in buyers.Buy(customers, Start, weeks)) shop.Buy($"c{customer}", day, amount);
    }

    private static byte[] Save(ChurnFitting model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }

    private static int Day(string date) => DateOnly.ParseExact(date, "yyyyMMdd", CultureInfo.InvariantCulture).DayNumber - new DateOnly(1970, 1, 1).DayNumber;

    private static void AssertClose(double expected, double actual, double tolerance) => Assert.InRange(actual, expected * (1 - tolerance), expected * (1 + tolerance));

    /// <summary>A shop whose customers each buy through the fold, with a commit and its fact after every purchase.</summary>
    private sealed class FactShop
    {
        private readonly FoldSettings _settings = new();
        private readonly ProfileFold _fold;
        private readonly CollectingSink _sink = new();
        private readonly Dictionary<string, CustomerProfile> _profiles = [];
        private long _position;

        public FactShop() => _fold = new ProfileFold(_settings, FoldRun.Codec);

        public List<OutboxItem> Facts { get; } = [];

        public void Buy(string customer, int day, decimal? value = null)
        {
            var key = CustomerKey.Create("default", CustomerKeyKind.Customer, customer);
            if (!_profiles.TryGetValue(customer, out var profile)) _profiles[customer] = profile = new CustomerProfile(key);
            var saved = ProfileCounters.Take(profile, _settings);
            var entry = FoldRun.Entry(++_position, new CustomerEvent { Type = EventType.Purchase, Value = value, BaseValue = value }, (day * FoldRun.Day) + (12 * FoldRun.Hour), $"e{_position}");
            _fold.Apply(profile, entry with { Envelope = entry.Envelope with { Customer = key } }, _sink);
            Facts.Add(PurchaseFacts.Make(profile, saved)!);
        }

        public FittedChurn? Fit(ChurnFitOptions options) => Learn(options).Fit;

        public (ChurnFitting Model, FittedChurn? Fit) Learn(ChurnFitOptions options, bool isFrozen = false)
        {
            var model = new ChurnFitting(options, isFrozen);
            foreach (var item in Facts) model.Learn(new OutboxRow(1, FoldRun.Key, item));
            while (model.TakeChange() is not null) { }
            return (model, model.Fit);
        }
    }
}
