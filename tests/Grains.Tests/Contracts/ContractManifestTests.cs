using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Events;
using Personalization.Items;
using Personalization.Log;
using Personalization.Models;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Contracts;

/// <summary>
/// What crosses a wire or is stored may grow, but never change its meaning: silos of two versions talk to each other during an upgrade, and stored
/// bytes are read for years. The manifest holds every alias, id and type; the golden bytes hold what the serializer makes of them.
/// </summary>
public sealed class ContractManifestTests
{
    [Fact]
    public void Aliases_ids_and_types_of_all_contracts_are_those_of_the_manifest()
    {
        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contracts", "contracts.txt")).ReplaceLineEndings("\n");
        var actual = Manifest();
        var changed = expected.Split('\n').Except(actual.Split('\n')).ToList();
        Assert.True(changed.Count == 0, "These contracts are gone or changed, which breaks stored data or a silo of the version before:\n" + string.Join('\n', changed));
        Assert.True(expected == actual, "Contracts were added. If that is meant, tests/Grains.Tests/Contracts/contracts.txt becomes:\n" + actual);
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Wire_bytes_are_golden(string name, object value, string expected)
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var actual = Convert.ToHexString(serializer.SerializeToArray(value));
        Assert.True(expected == actual, $"{name} is now {actual}");
        Assert.Equivalent(value, serializer.Deserialize<object>(Convert.FromHexString(expected)));
    }

    public static TheoryData<string, object, string> Golden
    {
        get
        {
            var customer = CustomerKey.Create("default", CustomerKeyKind.Customer, "ann");
            var epoch = new Epoch(7, 0x0123456789ABCDEF);
            return new TheoryData<string, object, string>
            {
                { "ApplyRequest", new ApplyRequest(epoch, 41, [new LogEntry(42, 1_700_000_000_000, [1, 2, 3])]), GoldenBytes.ApplyRequest },
                { "ApplyReply", new ApplyReply(ApplyStatus.Gap, 42, 41, 1, 2, 3, true, 1_700_000_600_000), GoldenBytes.ApplyReply },
                { "CollectRequest", new CollectRequest(epoch, 42, true), GoldenBytes.CollectRequest },
                { "Acknowledgement", new Acknowledgement(epoch, 42, CommitOutcome.Conflict, 41), GoldenBytes.Acknowledgement },
                { "ProfileQuery", new ProfileQuery(1_700_000_000_000, "e1"), GoldenBytes.ProfileQuery },
                { "WakeUpRow", new WakeUpRow(customer, 1_700_000_000_000), GoldenBytes.WakeUpRow },
                { "WakeUp", new WakeUp { Due = 1_700_000_000_000, Churn = new ChurnParameters { R = .5, Alpha = 6, A = .75, B = 1.5, Threshold = .25, Version = 7 } }, GoldenBytes.WakeUp },
                { "ChurnParametersView", new ChurnParametersView { Source = ParameterSource.Fitted, Version = 7, R = .5, Alpha = 6, A = .75, B = 1.5, Customers = 2357, FittedTo = 20_000, Value = new ValueParametersView(ParameterSource.Fitted, 6, 4, 15) }, GoldenBytes.ChurnParametersView },
                { "DeadLetter", new DeadLetter(42, 1_700_000_000_000, customer, "no", [9], DeadLetterState.Redriving), GoldenBytes.DeadLetter },
                { "ModelChange", new ModelChange(7, true, [1, 2], 1_700_000_000_000), GoldenBytes.ModelChange },
                { "ItemChange", new ItemChange("sku-1", 3, [123, 125]), GoldenBytes.ItemChange },
                { "RecommendationQuery", new RecommendationQuery { At = 1_700_000_000_000, After = "e1", Slot = "home", Count = 5, ContextItem = "a", Category = "shoes", Repeats = RepeatRule.Exclude, Explain = true, Items = ["a", "b"] }, GoldenBytes.RecommendationQuery },
                { "DecisionMade", Decision, GoldenBytes.DecisionMade },
                { "LogBatch", new LogBatch([new LogEntry(42, 1_700_000_000_000, [1])], 7), GoldenBytes.LogBatch },
            };
        }
    }

    /// <summary>A record with something in every member, also in those that only records of before have.</summary>
    private static DecisionMade Decision => new()
    {
        Kind = DecisionKind.NextBestAction,
        Slot = "home",
        Policy = "uniform",
        ModelVersion = 3,
        Seed = 42,
        Features = [1, .5],
        Candidates = [new DecisionCandidate("a", .25, 2, .5)],
        Choices =
        [
            new DecisionChoice
            {
                Id = "a", Propensity = .5, Score = .25, Weight = 2, SharedScore = .125, Reasons = [new DecisionReason("cart", .25, "why", "e1", 7, "sku-1")], Group = 9,
                Factors = [new DecisionFactor("cart", .25)], Tried = 4, Resolved = 3, Draw = .75,
            },
        ],
        Explored = true,
        WindowMs = 60_000,
        DefaultReward = .25,
        Caps = [new CapCharge(11, 2, 1_000, LimitOnly: true)],
        IdempotencyKey = 13,
        Rewards = [new RewardRule(EventType.Purchase, 1, true)],
        CountsExposures = true,
        Learns = false,
        Eligible = 1,
        LearnsAtClose = true,
        PackedCandidates = [1, 2, 3],
    };

    private static string Manifest()
    {
        var text = new StringBuilder();
        foreach (var type in typeof(LogEntry).Assembly.GetTypes().Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null || type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)).OrderBy(Alias, StringComparer.Ordinal))
        {
            text.Append(Alias(type)).Append('\n');
            IEnumerable<MemberInfo> members = type.IsInterface ? type.GetMethods() : type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly);
            foreach (var line in members.Select(Line).OfType<string>().Order(StringComparer.Ordinal)) text.Append("  ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string? Line(MemberInfo member)
    {
        if (member is MethodInfo method && method.DeclaringType!.IsInterface)
            return $"{method.GetCustomAttribute<AliasAttribute>()?.Alias ?? method.Name}({string.Join(", ", method.GetParameters().Select(parameter => Name(parameter.ParameterType)))}) -> {Name(method.ReturnType)}";
        var id = member.GetCustomAttribute<IdAttribute>();
        return id is null ? null : string.Create(CultureInfo.InvariantCulture, $"{id.Id:000} {member.Name}: {Name(((PropertyInfo)member).PropertyType)}");
    }

    private static string Alias(Type type) => type.GetCustomAttribute<AliasAttribute>()?.Alias ?? $"{type.FullName} (no alias)";

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.IsArray ? Name(type.GetElementType()!) + "[]" : type.Name;
}
