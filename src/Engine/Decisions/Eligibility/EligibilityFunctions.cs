using System.Globalization;
using Personalization.Engine.Features;
using Personalization.Events;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>The functions of the language.</summary>
internal static class EligibilityFunctions
{
    private static readonly Dictionary<string, EligibilityFunction> ByName = new EligibilityFunction[]
    {
        new("""affinity("category", "shoes")""", 2, AffinityNodes.Value),
        new("""affinityShare("category", "shoes")""", 2, AffinityNodes.Share),
        new("""consent("marketing")""", 1, Consent),
        new("""trait("plan")""", 1, static (call, binder) => new Bound(call, ValueKind.Open) { Open = new TraitNode(Literal(call, 0, "the name of a trait", binder)) }),
        new("""context("device")""", 1, static (call, binder) => new Bound(call, ValueKind.Open) { Open = new ContextNode(Literal(call, 0, "the name of a context value", binder)) }),
        new("""count("supportContacted")""", 1, Count),
        new("""daysSinceItem("sku-1")""", 1, DaysSinceItem),
        new("""recentlyPurchased("sku-1")""", 1, RecentlyPurchased),
        new("""ifNull(value, instead)""", 2, IfNull),
        new("""min(one, other)""", 2, static (call, binder) => Extreme(call, binder, false)),
        new("""max(one, other)""", 2, static (call, binder) => Extreme(call, binder, true)),
        new("""startsWith(text, "part")""", 2, static (call, binder) => Search(call, binder, TextPlace.Start)),
        new("""endsWith(text, "part")""", 2, static (call, binder) => Search(call, binder, TextPlace.End)),
        new("""contains(text, "part")""", 2, static (call, binder) => Search(call, binder, TextPlace.Anywhere)),
        new("""time("2026-03-01T00:00:00Z")""", 1, Time),
    }.ToDictionary(function => function.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<EligibilityFunction> All => ByName.Values;

    public static EligibilityFunction? Find(string name) => ByName.GetValueOrDefault(name);

    public static Bound Bind(CallSyntax call, EligibilityBinder binder)
    {
        if (!ByName.TryGetValue(call.Name, out var function))
        {
            throw new EligibilityParseException(call.Offset, EligibilityColumns.Find(call.Name) is not null
                ? $"'{call.Name}' takes no parentheses"
                : $"there is no function '{EligibilityBinder.Short(call.Name)}'{NearestName.Hint(call.Name, ByName.Keys)}");
        }

        if (call.Arguments.Count != function.Arguments)
            throw new EligibilityParseException(call.Offset, string.Create(CultureInfo.InvariantCulture, $"'{call.Name}' takes {function.Arguments} arguments and not {call.Arguments.Count}: {function.Signature}"));
        return function.Bind(call, binder);
    }

    /// <summary>An argument that must be written out.</summary>
    internal static string Literal(CallSyntax call, int index, string what, EligibilityBinder binder) =>
        binder.Value(call.Arguments[index]) is { Text: TextConstant { Value: { Length: > 0 } text } }
            ? text
            : throw new EligibilityParseException(call.Arguments[index].Offset, $"{what} must be written out as a text, such as {ByName[call.Name].Signature}");

    private static Bound Consent(CallSyntax call, EligibilityBinder binder)
    {
        var purpose = Literal(call, 0, "the purpose", binder);
        return new Bound(call, ValueKind.Flag) { Flag = new FlagColumn(FeaturePurpose.Request, (in c) => c.HasConsent(purpose)) };
    }

    private static Bound Count(CallSyntax call, EligibilityBinder binder)
    {
        var name = Literal(call, 0, "the type of event", binder);
        if (!EventTypes.TryParse(name, out var type))
            throw new EligibilityParseException(call.Arguments[0].Offset, $"there is no type of event '{EligibilityBinder.Short(name)}'{NearestName.Hint(name, EventTypes.All)}");
        NumberRead read = type == EventType.Custom
            ? (in c) => c.Profile.CustomTypes is { } custom && custom.TryGetValue(name, out var count) ? count : 0
            : (in c) => c.Profile.Totals.Of(type);
        return new Bound(call, ValueKind.Number) { Number = new NumberColumn(FeaturePurpose.Operation, read) };
    }

    private static Bound DaysSinceItem(CallSyntax call, EligibilityBinder binder)
    {
        var item = KeyHash.Name(binder.Scope.Tenant, Literal(call, 0, "the item", binder));
        return new Bound(call, ValueKind.Number) { UnitMs = Durations.Day, Number = new NumberColumn(FeaturePurpose.Personalization, Read) };

        double Read(in EligibilityContext c)
        {
            var items = c.State.Items;
            for (var i = items.Count - 1; i >= 0; i--)
            {
                if (items[i].Item == item) return (c.Time - items[i].Time) / Durations.Day;
            }

            return double.NaN;
        }
    }

    private static Bound RecentlyPurchased(CallSyntax call, EligibilityBinder binder)
    {
        var item = KeyHash.Name(binder.Scope.Tenant, Literal(call, 0, "the item", binder));
        return new Bound(call, ValueKind.Flag) { Flag = new FlagColumn(FeaturePurpose.Personalization, Read) };

        bool? Read(in EligibilityContext c)
        {
            var items = c.State.Items;
            for (var i = 0; i < items.Count; i++)
            {
                if (items[i].Item == item && items[i].Type == EventType.Purchase) return true;
            }

            return false;
        }
    }

    private static Bound IfNull(CallSyntax call, EligibilityBinder binder)
    {
        var instead = binder.Value(call.Arguments[1]);
        var value = binder.Value(call.Arguments[0]).InUnit(instead.UnitMs);
        instead = instead.InUnit(value.UnitMs);
        if (instead.Kind is ValueKind.Null or ValueKind.Open) throw instead.Fault($"what stands instead of null must be a number, a duration, a time, a text, or true or false, but is {instead.Name}");
        if (value.As(instead.Kind) is not { } typed) throw instead.Fault($"what stands instead of {value.Name} cannot be {instead.Name}");
        return typed with
        {
            Syntax = call,
            Number = typed.Number is { } number ? new NumberOrElse(number, instead.Number!) : null,
            Text = typed.Text is { } text ? new TextOrElse(text, instead.Text!) : null,
            Flag = typed.Flag is { } flag ? new FlagOrElse(flag, instead.Flag!) : null,
        };
    }

    private static Bound Extreme(CallSyntax call, EligibilityBinder binder, bool largest)
    {
        var left = binder.Value(call.Arguments[0]);
        var right = binder.Value(call.Arguments[1]);
        (left, right) = (left.InUnit(right.UnitMs), right.InUnit(left.UnitMs));
        if (left.Open is not null) left = left.As(ValueKind.Number)!;
        if (right.Open is not null) right = right.As(ValueKind.Number)!;
        if (left.Number is null || right.Kind != left.Kind) throw right.Fault($"'{call.Name}' takes two numbers, two durations or two times, not {left.Name} and {right.Name}");
        return new Bound(call, left.Kind) { Number = new Extreme(largest, left.Number, right.Number!), UnitMs = left.UnitMs == 0 ? right.UnitMs : left.UnitMs };
    }

    private static Bound Search(CallSyntax call, EligibilityBinder binder, TextPlace place)
    {
        var (text, part) = (binder.Value(call.Arguments[0]), binder.Value(call.Arguments[1]));
        return new Bound(call, ValueKind.Flag)
        {
            Flag = new TextSearch(
                place,
                text.As(ValueKind.Text)?.Text ?? throw text.Fault($"'{call.Name}' takes texts, but this is {text.Name}"),
                part.As(ValueKind.Text)?.Text ?? throw part.Fault($"'{call.Name}' takes texts, but this is {part.Name}")),
        };
    }

    private static Bound Time(CallSyntax call, EligibilityBinder binder)
    {
        var text = Literal(call, 0, "the time", binder);
        var hasOffset = text.Length > 16 && text[10] == 'T' && (text[^1] == 'Z' || text[^6] is '+' or '-');
        return hasOffset && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? new Bound(call, ValueKind.Time) { Number = new NumberConstant(time.ToUnixTimeMilliseconds()) }
            : throw new EligibilityParseException(call.Arguments[0].Offset, "the time must be an ISO 8601 time with an offset, such as 2026-03-01T00:00:00Z");
    }
}

/// <summary>A function: how a call of it is written, how many arguments it takes, and what makes its node.</summary>
internal sealed record EligibilityFunction(string Signature, int Arguments, Func<CallSyntax, EligibilityBinder, Bound> Bind)
{
    public string Name { get; } = Signature[..Signature.IndexOf('(', StringComparison.Ordinal)];
}
