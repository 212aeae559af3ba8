using Personalization.Algorithms.Recommendation;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Profiles;
using Personalization.Engine.Recommendations;
using Personalization.Engine.Recommendations.Catalogue;
using Personalization.Engine.Recommendations.Indexes;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Partitions;

namespace Personalization.Engine.Tests.Recommendations;

/// <summary>Indexes and a catalogue in one hand, and customers to ask for.</summary>
internal sealed class Shop : IDisposable
{
    private readonly Dictionary<ulong, string> _names = [];
    private ulong _session;
    private long _version;

    public Shop(RecommendationOptions? options = null)
    {
        Options = options ?? new RecommendationOptions();
        Catalogue = new ItemCatalogue("default", Options);
        Model = new ItemIndexModel(Options, Catalogue);
        Recommender = new Recommender(Options);
    }

    public RecommendationOptions Options { get; }

    public ItemCatalogue Catalogue { get; }

    public ItemIndexModel Model { get; }

    public Recommender Recommender { get; }

    public ItemIndexes Indexes => Model.Indexes;

    /// <summary>The bytes of what the model published last.</summary>
    public PublishedChanges Changes { get; } = new();

    public ulong Hash(string item)
    {
        var hash = KeyHash.Name("default", item);
        _names[hash] = item;
        return hash;
    }

    public string Name(ulong item) => _names[item];

    /// <summary>Somebody looked at items one after the other.</summary>
    public void Session(params string[] items)
    {
        _session++;
        Learn([.. items.Select((item, i) => new Click(_session, Hash(item), FoldRun.Noon + i))]);
    }

    public void Learn(Click[] clicks)
    {
        Model.Learn(new Personalization.Stores.OutboxRow(1, FoldRun.Key, ClickFacts.Make(clicks)));
        Changes.Take(Model);
    }

    public void Put(string item, string? category = null, string? brand = null, double price = 10, bool available = true)
    {
        Catalogue.Put([(new ItemRecord(Hash(item), item, category, brand, price, available), ++_version)]);
        Changes.Take(Model);
    }

    public void Delete(string item) => Catalogue.Delete([Hash(item)]);

    /// <summary>A customer who did this.</summary>
    public static FoldRun Customer(params (EventType Type, string Item)[] events) => Customer(null, null, events);

    public static FoldRun Customer(string? category, string? brand, params (EventType Type, string Item)[] events)
    {
        var run = new FoldRun();
        var time = FoldRun.Noon;
        foreach (var (type, item) in events) run.Apply(new CustomerEvent { Type = type, ItemId = item, Category = category, Brand = brand }, time += FoldRun.Second);
        return run;
    }

    public static FoldRun Viewer(params string[] items) => Customer([.. items.Select(item => (EventType.ProductViewed, item))]);

    public List<Recommendation> Ask(
        FoldRun? customer, int n = 10, RepeatRule repeats = RepeatRule.Demote, string? item = null, string? category = null, string[]? given = null)
    {
        var work = new RecommenderWorkspace();
        if (customer is not null) work.Taste.Read(customer.Profile, customer.Settings);
        var results = new Recommendation[n];
        using var catalogue = Catalogue.Read();
        var request = new RecommendationRequest(n, FoldRun.Noon + FoldRun.Minute, repeats, item is null ? 0 : Hash(item), category, given is null ? null : [.. given.Select(Hash)]);
        var count = Recommender.Recommend(request, work.Taste, Indexes, catalogue, work, results, out var source);
        Source = source;
        return [.. results[..count]];
    }

    public RecommendationSource Source { get; private set; }

    public string[] Names(IEnumerable<Recommendation> items) => [.. items.Select(item => Name(item.Item))];

    public void Dispose() => Catalogue.Dispose();

    /// <summary>What the model published.</summary>
    internal sealed class PublishedChanges : List<byte[]>
    {
        public void Take(ItemIndexModel model)
        {
            if (model.TakeChange() is { } change) Add(change.Bytes);
        }
    }
}
