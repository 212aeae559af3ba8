using Personalization.Decisions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;

namespace Personalization.Engine.Tests.Decisions.Eligibility;

/// <summary>A customer with something in every part of the profile, and one of whom nothing is known.</summary>
internal sealed class Shopper
{
    public const long At = FoldRun.Noon + (2 * FoldRun.Hour);

    public static readonly EligibilityScope Scope = new("default", new FoldSettings());

    public static readonly IReadOnlyDictionary<string, ContextValue> Context = new Dictionary<string, ContextValue>
    {
        ["device"] = ContextValue.Of("phone"),
        ["page"] = ContextValue.Of(3),
        ["member"] = ContextValue.Of(true),
        ["nothing"] = default,
    };

    /// <summary>Two purchase days three weeks apart, a session with a full cart, traits of every JSON type, consents, messages.</summary>
    public static FoldRun Regular()
    {
        var run = new FoldRun();
        run.Apply(Of(EventType.Purchase, "boot", "boots", "Fleet", 60) with { OrderId = "o1", Value = 60, BaseValue = 60 }, FoldRun.Noon - (31 * FoldRun.Day));
        run.Apply(Of(EventType.Purchase, "sock", "socks", "Fleet", 5) with { OrderId = "o2", Value = 10.1m, BaseValue = 10.1m }, FoldRun.Noon - (10 * FoldRun.Day));
        run.Apply(new CustomerEvent { Type = EventType.MessageReceived }, FoldRun.Noon - (5 * FoldRun.Day));
        run.Apply(new CustomerEvent { Type = EventType.MessageReceived }, FoldRun.Noon - (4 * FoldRun.Day));
        run.Apply(new CustomerEvent { Type = EventType.MessageOpened }, FoldRun.Noon - (4 * FoldRun.Day));
        run.Apply(new CustomerEvent { Type = EventType.Subscribed }, FoldRun.Noon - (4 * FoldRun.Day));
        run.Apply(new CustomerEvent { Type = EventType.Custom, CustomType = "custom:quiz" }, FoldRun.Noon - FoldRun.Day);
        run.Apply(Of(EventType.ProductViewed, "trail", "shoes", "Fleet", 90), FoldRun.Noon - (10 * FoldRun.Minute));
        run.Apply(Of(EventType.ProductAdded, "trail", "shoes", "Fleet", 90) with { Value = 90, BaseValue = 90 }, FoldRun.Noon);
        run.Apply(new TraitsChange { Traits = new() { ["plan"] = "\"gold\"", ["points"] = "120.5", ["vip"] = "true", ["city"] = "\"K\\u00f6ln\"", ["tags"] = "[1]" } });
        run.Apply(new ConsentChange { Purpose = "marketing", Granted = true });
        run.Apply(new ConsentChange { Purpose = "profiling", Granted = false });
        return run;
    }

    public static EligibilityContext On(FoldRun run, long at = At) => new(run.Profile, at, Context, run.Settings);

    public static bool Holds(string text, FoldRun run, long at = At)
    {
        Assert.True(EligibilityExpression.TryParse(text, Scope, out var expression, out var fault), $"{text}: {fault}");
        return expression.IsTrue(On(run, at));
    }

    public static EligibilityFault Fault(string text)
    {
        Assert.False(EligibilityExpression.TryParse(text, Scope, out _, out var fault), $"{text} is taken");
        return fault;
    }

    private static CustomerEvent Of(EventType type, string item, string category, string brand, decimal price) =>
        new() { Type = type, ItemId = item, Category = category, Brand = brand, UnitPrice = price, Channel = "web" };
}
