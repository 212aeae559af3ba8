using System.Globalization;
using System.Net;
using Personalization.Partitions;

namespace Personalization.Configuration;

/// <summary>Finds every fault of the settings, pairs included, so that a start tells them all at once.</summary>
public static class PersonalizationOptionsValidator
{
    private const int MostFeatures = 120;

    /// <summary>What is wrong, one sentence a fault with the setting's full name; empty if nothing is.</summary>
    public static IReadOnlyList<string> Validate(PersonalizationOptions options)
    {
        var faults = new List<string>();
        void Check(bool valid, string setting, FormattableString rule)
        {
            if (!valid) faults.Add($"{Names.ConfigurationSection}:{setting} {rule.ToString(CultureInfo.InvariantCulture)}");
        }

        Check(Enum.IsDefined(options.Storage), "Storage", $"must be Embedded, Memory or Redis");
        Check(Enum.IsDefined(options.Clock), "Clock", $"must be Wall or Event");
        Check(options.Storage != StorageKind.Embedded || !string.IsNullOrWhiteSpace(options.DataDirectory), "DataDirectory", $"must name a folder");
        Check(options.Partitions is >= 1 and <= PartitionMap.Slots, "Partitions", $"must be between 1 and {PartitionMap.Slots}, but is {options.Partitions}");
        if (CustomerKey.IdError("Tenant", options.Tenant) is { } tenantError) faults.Add($"{Names.ConfigurationSection}:{tenantError}");
        Check(TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone ?? "", out _), "TimeZone", $"must be an IANA time zone, but is '{options.TimeZone}'");

        Check(options.Currency.Base is null || IsCurrency(options.Currency.Base), "Currency:Base", $"must be a three-letter ISO 4217 code, but is '{options.Currency.Base}'");
        Check(options.Currency.Rates.Count == 0 || options.Currency.Base is not null, "Currency:Rates", $"need Currency:Base");
        foreach (var (code, rate) in options.Currency.Rates)
        {
            Check(IsCurrency(code), $"Currency:Rates:{code}", $"must be named by a three-letter ISO 4217 code");
            Check(rate > 0, $"Currency:Rates:{code}", $"must be above 0, but is {rate}");
        }

        foreach (var (name, keys) in new[] { ("Ingest", options.Keys.Ingest), ("Read", options.Keys.Read), ("Admin", options.Keys.Admin) })
            Check(keys.All(key => key is { Length: >= 16 }), $"Keys:{name}", $"must be at least 16 characters each");

        Check(options.AllowedHosts.All(host => Uri.CheckHostName(host) != UriHostNameType.Unknown), "AllowedHosts", $"must be host names without a port, such as shop.example, but are '{string.Join(", ", options.AllowedHosts)}'");

        var limits = options.Limits;
        Check(limits.RequestBytes is >= 1024 and <= 64 << 20, "Limits:RequestBytes", $"must be between 1,024 and 67,108,864, but is {limits.RequestBytes}");
        Check(limits.EventBytes >= 256 && limits.EventBytes <= limits.RequestBytes, "Limits:EventBytes", $"must be between 256 and Limits:RequestBytes ({limits.RequestBytes}), but is {limits.EventBytes}");
        Check(limits.BatchEvents is >= 1 and <= 100_000, "Limits:BatchEvents", $"must be between 1 and 100,000, but is {limits.BatchEvents}");
        Check(limits.ProducerEventsPerSecond is >= 0 and <= 10_000_000, "Limits:ProducerEventsPerSecond", $"must be between 0 (no limit) and 10,000,000, but is {limits.ProducerEventsPerSecond}");
        Check(limits.Future >= TimeSpan.Zero, "Limits:Future", $"must not be negative");
        Check(limits.DeliveryDelay >= TimeSpan.Zero, "Limits:DeliveryDelay", $"must not be negative, but is {limits.DeliveryDelay}");
        Check(limits.BlockedIds?.All(id => id is not null) != false, "Limits:BlockedIds", $"must be texts");
        Check(limits.PartitionLag >= 1, "Limits:PartitionLag", $"must be at least 1");
        Check(limits.PartitionAge > options.Owner.CommitInterval, "Limits:PartitionAge", $"must be longer than Owner:CommitInterval ({options.Owner.CommitInterval})");

        var owner = options.Owner;
        Check(owner.CommitInterval >= TimeSpan.FromMilliseconds(10) && owner.CommitInterval <= TimeSpan.FromMinutes(1), "Owner:CommitInterval", $"must be between 10 ms and 1 minute");
        Check(owner.CommitCustomers >= 1, "Owner:CommitCustomers", $"must be at least 1");
        Check(owner.Concurrency is >= 1 and <= 4096, "Owner:Concurrency", $"must be between 1 and 4,096");
        Check(owner.MaxUncommitted >= 1024, "Owner:MaxUncommitted", $"must be at least 1,024");
        Check(owner.ParkAfter >= TimeSpan.FromSeconds(1), "Owner:ParkAfter", $"must be at least 1 s");
        Check(owner.CatchUpTimeout > TimeSpan.Zero && owner.CatchUpTimeout <= TimeSpan.FromSeconds(10), "Owner:CatchUpTimeout", $"must be above 0 and at most 10 s");
        Check(owner.ReloadAfter >= TimeSpan.FromSeconds(1), "Owner:ReloadAfter", $"must be at least 1 s");
        Check(owner.CustomerIdle >= TimeSpan.FromSeconds(1), "Owner:CustomerIdle", $"must be at least 1 s");

        var retention = options.Retention;
        Check(retention.Log >= TimeSpan.FromMinutes(10), "Retention:Log", $"must be at least 10 minutes, the window in which repeats are known");
        Check(retention.Tombstone > retention.Log, "Retention:Tombstone", $"must be longer than Retention:Log ({retention.Log})");
        Check(retention.Journal >= retention.Log, "Retention:Journal", $"must be at least Retention:Log ({retention.Log})");
        CheckRedis(options, Check);
        CheckFold(options, Check);
        CheckCluster(options.Cluster, Check);
        CheckPorts(options, Check);
        CheckChurn(options.Churn, Check);
        CheckModels(options, Check);
        CheckDecisions(options.Decisions, Check);
        return faults;
    }

    private static void CheckRedis(PersonalizationOptions options, Action<bool, string, FormattableString> check)
    {
        var redis = options.Redis;
        if (options.Storage == StorageKind.Redis) check(!string.IsNullOrWhiteSpace(redis.Configuration), "Redis:Configuration", $"must say where Redis is, such as localhost:6379");
        else check(redis.Configuration is null, "Redis:Configuration", $"is set, but Storage is {options.Storage}: set Storage to Redis, or leave it out");
        check(
            redis.KeyPrefix is { Length: >= 1 and <= 64 } && redis.KeyPrefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'),
            "Redis:KeyPrefix",
            $"must be 1 to 64 letters, digits, '-', '_' or '.', but is '{redis.KeyPrefix}'");
        check(redis.Timeout >= TimeSpan.FromMilliseconds(100) && redis.Timeout <= TimeSpan.FromMinutes(1), "Redis:Timeout", $"must be between 100 ms and 1 minute, but is {redis.Timeout}");
        check(redis.StartTimeout >= redis.Timeout, "Redis:StartTimeout", $"must be at least Redis:Timeout ({redis.Timeout}), but is {redis.StartTimeout}");
        check(redis.PollInterval >= TimeSpan.FromMilliseconds(10), "Redis:PollInterval", $"must be at least 10 ms, but is {redis.PollInterval}");
        check(
            redis.PollInterval < options.Limits.PartitionAge, "Redis:PollInterval", $"must be shorter than Limits:PartitionAge ({options.Limits.PartitionAge}), but is {redis.PollInterval}");
        check(redis.Timeout < options.Owner.ParkAfter, "Redis:Timeout", $"must be shorter than Owner:ParkAfter ({options.Owner.ParkAfter}), or a slow Redis parks customers, but is {redis.Timeout}");
    }

    private static void CheckFold(PersonalizationOptions options, Action<bool, string, FormattableString> check)
    {
        var fold = options.Fold;
        check(fold.SessionGap >= TimeSpan.FromSeconds(1) && fold.SessionGap <= TimeSpan.FromDays(1), "Fold:SessionGap", $"must be between 1 s and 1 day, but is {fold.SessionGap}");
        check(fold.Lateness >= TimeSpan.Zero && fold.Lateness <= TimeSpan.FromDays(1), "Fold:Lateness", $"must be between 0 and 1 day, but is {fold.Lateness}");
        check(fold.AffinityHalfLife >= TimeSpan.FromHours(1) && fold.AffinityHalfLife <= TimeSpan.FromDays(3650), "Fold:AffinityHalfLife", $"must be between 1 h and 3,650 days, but is {fold.AffinityHalfLife}");
        check(fold.OrderMemory is not { } memory || (memory >= fold.Lateness && memory <= TimeSpan.FromDays(3650)), "Fold:OrderMemory", $"must be between Fold:Lateness ({fold.Lateness}) and 3,650 days, but is {fold.OrderMemory}");
        check(fold.PriceBandUnit is >= 0.000001m and <= 1_000_000_000m, "Fold:PriceBandUnit", $"must be between 0.000001 and 1,000,000,000, but is {fold.PriceBandUnit}");
        check(fold.RecentItems is >= 1 and <= 200, "Fold:RecentItems", $"must be between 1 and 200, but is {fold.RecentItems}");
        check(fold.Categories is >= 1 and <= 256, "Fold:Categories", $"must be between 1 and 256, but is {fold.Categories}");
        check(fold.Brands is >= 1 and <= 256, "Fold:Brands", $"must be between 1 and 256, but is {fold.Brands}");
        check(fold.Channels is >= 1 and <= 64, "Fold:Channels", $"must be between 1 and 64, but is {fold.Channels}");
    }

    private static void CheckCluster(SiloClusterOptions cluster, Action<bool, string, FormattableString> check)
    {
        check(IPAddress.TryParse(cluster.AdvertisedAddress, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any), "Cluster:AdvertisedAddress", $"must be an IP address that other processes can reach, but is '{cluster.AdvertisedAddress}'");
        check(cluster.SiloPort is >= 0 and <= 65535, "Cluster:SiloPort", $"must be between 0 and 65,535, but is {cluster.SiloPort}");
        check(cluster.GatewayPort is >= 0 and <= 65535, "Cluster:GatewayPort", $"must be between 0 and 65,535, but is {cluster.GatewayPort}");
        check(cluster.SiloPort == 0 || cluster.SiloPort != cluster.GatewayPort, "Cluster:GatewayPort", $"must be another port than Cluster:SiloPort ({cluster.SiloPort})");
        check(Enum.IsDefined(cluster.CustomerPlacement), "Cluster:CustomerPlacement", $"must be Owner or Balanced");
        check(cluster.ProbeTimeout >= TimeSpan.FromMilliseconds(200) && cluster.ProbeTimeout <= TimeSpan.FromMinutes(1), "Cluster:ProbeTimeout", $"must be between 200 ms and 1 minute, but is {cluster.ProbeTimeout}");
        check(cluster.MissedProbes is >= 1 and <= 20, "Cluster:MissedProbes", $"must be between 1 and 20, but is {cluster.MissedProbes}");
    }

    private static void CheckPorts(PersonalizationOptions options, Action<bool, string, FormattableString> check)
    {
        var cluster = options.Cluster;
        check(cluster.Secret is null or { Length: >= 16 }, "Cluster:Secret", $"must be at least 16 characters");
        if (options.Storage == StorageKind.Redis) return;
        check(cluster.SiloPort == 0, "Cluster:SiloPort", $"is set, but with Storage {options.Storage} there is one silo, which opens no port for others: leave it out");
        check(cluster.GatewayPort == 0 || cluster.Secret is not null, "Cluster:Secret", $"must be set where Cluster:GatewayPort lets other processes in");
    }

    private static void CheckChurn(ChurnOptions churn, Action<bool, string, FormattableString> check)
    {
        var activity = churn.Activity;
        var value = churn.Value;
        foreach (var (name, parameter) in new (string, double?)[]
        {
            ("R", churn.R), ("Alpha", churn.Alpha), ("A", churn.A), ("B", churn.B),
            ("Activity:R", activity.R), ("Activity:Alpha", activity.Alpha), ("Activity:A", activity.A), ("Activity:B", activity.B),
            ("Value:P", value.P), ("Value:V", value.V),
        })
            check(parameter is null or (>= 1e-6 and <= 1e9), $"Churn:{name}", $"must be between 0.000001 and 1,000,000,000, but is {parameter}");
        check(value.Q is null or (> 1 and <= 1e9), "Churn:Value:Q", $"must be above 1 and at most 1,000,000,000, or the population has no mean, but is {value.Q}");
        check(churn.Threshold is > 0 and < 1, "Churn:Threshold", $"must be strictly between 0 and 1, but is {churn.Threshold}");
        check(churn.Fit.Sample is >= 1000 and <= 1_000_000, "Churn:Fit:Sample", $"must be between 1,000 and 1,000,000, but is {churn.Fit.Sample}");
        check(
            churn.Fit.MinCustomers >= 100 && churn.Fit.MinCustomers <= churn.Fit.Sample / 2, "Churn:Fit:MinCustomers",
            $"must be between 100 and half of Churn:Fit:Sample ({churn.Fit.Sample}), because a full sample is halved, but is {churn.Fit.MinCustomers}");
        check(churn.HorizonDays is >= 1 and <= 3650, "Churn:HorizonDays", $"must be between 1 and 3,650, but is {churn.HorizonDays}");
        check(value.HorizonDays is >= 1 and <= 7300, "Churn:Value:HorizonDays", $"must be between 1 and 7,300, but is {value.HorizonDays}");
        check(value.AnnualDiscountRate is >= 0 and <= 10, "Churn:Value:AnnualDiscountRate", $"must be between 0 and 10, but is {value.AnnualDiscountRate}");
    }

    private static void CheckModels(PersonalizationOptions options, Action<bool, string, FormattableString> check)
    {
        var models = options.Models;
        check(Enum.IsDefined(options.Learning), "Learning", $"must be Online or Frozen");
        check(models.PollInterval >= TimeSpan.FromMilliseconds(5) && models.PollInterval <= TimeSpan.FromSeconds(10), "Models:PollInterval", $"must be between 5 ms and 10 s");
        check(models.SaveInterval >= TimeSpan.FromMilliseconds(100) && models.SaveInterval <= TimeSpan.FromMinutes(1), "Models:SaveInterval", $"must be between 100 ms and 1 minute");
        check(models.SaveInterval >= models.PollInterval, "Models:SaveInterval", $"must be at least Models:PollInterval ({models.PollInterval})");
        check(models.MaxLag >= 1000, "Models:MaxLag", $"must be at least 1,000, but is {models.MaxLag}");

        var items = options.Recommendations;
        check(items.Sessions is >= 1000 and <= 10_000_000, "Recommendations:Sessions", $"must be between 1,000 and 10,000,000, but is {items.Sessions}");
        check(items.Items is >= 1000 and <= 10_000_000, "Recommendations:Items", $"must be between 1,000 and 10,000,000, but is {items.Items}");
        check(items.PartnersPerItem is >= 8 and <= 1024, "Recommendations:PartnersPerItem", $"must be between 8 and 1,024, but is {items.PartnersPerItem}");
        check(items.PairHalfLife > TimeSpan.Zero, "Recommendations:PairHalfLife", $"must be above 0");
        check(items.TrendingHalfLife > TimeSpan.Zero, "Recommendations:TrendingHalfLife", $"must be above 0");
        check(items.WeightExamplesPerBatch is >= 0 and <= 10_000, "Recommendations:WeightExamplesPerBatch", $"must be between 0 and 10,000, but is {items.WeightExamplesPerBatch}");
        check(items.Relevance is >= 0 and <= 1, "Recommendations:Relevance", $"must be between 0 and 1, but is {items.Relevance}");
        check(items.CategoryShare is > 0 and <= 1, "Recommendations:CategoryShare", $"must be above 0 and at most 1, but is {items.CategoryShare}");
        check(items.PurchasedFor >= TimeSpan.Zero, "Recommendations:PurchasedFor", $"must not be negative");
        check(items.RewardWindow >= TimeSpan.FromSeconds(1) && items.RewardWindow <= TimeSpan.FromDays(90), "Recommendations:RewardWindow", $"must be between 1 s and 90 days, but is {items.RewardWindow}");
        CheckRewards("Recommendations", items.Rewards, check);
        check(items.CatalogueRescan >= TimeSpan.FromSeconds(10) && items.CatalogueRescan <= TimeSpan.FromDays(1), "Recommendations:CatalogueRescan", $"must be between 10 s and 1 day");
    }

    private static void CheckDecisions(DecisionOptions decisions, Action<bool, string, FormattableString> check)
    {
        check(decisions.AppendTimeout > TimeSpan.Zero && decisions.AppendTimeout <= TimeSpan.FromMinutes(1), "Decisions:AppendTimeout", $"must be above 0 and at most 1 minute");
        check(decisions.CapTimeout > TimeSpan.Zero && decisions.CapTimeout <= TimeSpan.FromMinutes(1), "Decisions:CapTimeout", $"must be above 0 and at most 1 minute");
        foreach (var (name, slot) in decisions.Slots.Select(slot => ($"Slots:{slot.Key}", slot.Value)).Prepend(("Default", decisions.Default)))
        {
            void Check(bool valid, string setting, FormattableString rule) => check(valid, $"Decisions:{name}:{setting}", rule);
            Check(Enum.IsDefined(slot.Policy), "Policy", $"must be one of {string.Join(", ", Enum.GetNames<DecisionPolicy>())}");
            Check(slot.Epsilon is >= 0 and <= 1, "Epsilon", $"must be between 0 and 1, but is {slot.Epsilon}");
            Check(slot.PriorReward is > 0 and < 1, "PriorReward", $"must be strictly between 0 and 1, but is {slot.PriorReward}");
            Check(slot.PriorPrecision is > 0 and <= 1e9, "PriorPrecision", $"must be above 0, but is {slot.PriorPrecision}");
            Check(slot.OwnDeviation is null or (>= 0 and <= 1e3), "OwnDeviation", $"must not be negative, but is {slot.OwnDeviation}");
            Check(slot.Window >= TimeSpan.FromSeconds(1) && slot.Window <= TimeSpan.FromDays(90), "Window", $"must be between 1 s and 90 days, but is {slot.Window}");
            Check(slot.DefaultReward is >= 0 and <= 1, "DefaultReward", $"must be between 0 and 1, but is {slot.DefaultReward}");
            Check(slot.Features.Length <= MostFeatures, "Features", $"must be at most {MostFeatures}");
            foreach (var feature in slot.Features)
                Check(Personalization.Decisions.ContextFeature.TryParse(feature, out _), "Features", $"must be written name=value, name, or name:low..high with low below high, but one is '{feature}'");
            Check(Enum.IsDefined(slot.LearnsFrom), "LearnsFrom", $"must be Decisions or Exposures");
            Check(slot.KeyShare is > 0 and <= 1, "KeyShare", $"must be above 0 and at most 1, but is {slot.KeyShare}");
            CheckRewards($"Decisions:{name}", slot.Rewards, check);
        }
    }

    private static void CheckRewards(string section, Dictionary<string, double> rewards, Action<bool, string, FormattableString> check)
    {
        foreach (var (type, value) in rewards)
        {
            check(Events.EventTypes.TryParse(type, out var parsed) && parsed != Events.EventType.Custom, $"{section}:Rewards:{type}", $"must be named by an event type");
            check(value is >= 0 and <= 1, $"{section}:Rewards:{type}", $"must be between 0 and 1, but is {value}");
        }
    }

    private static bool IsCurrency(string code) => code.Length == 3 && code.All(char.IsAsciiLetterUpper);
}
