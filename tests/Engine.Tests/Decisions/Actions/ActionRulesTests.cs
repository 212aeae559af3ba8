using System.Text.Json;
using Personalization.Engine.Decisions.Actions;

namespace Personalization.Engine.Tests.Decisions.Actions;

public sealed class ActionRulesTests
{
    public static TheoryData<ActionDefinition, string> Faults => new()
    {
        { new(), "actionId must not be empty" },
        { new() { ActionId = "a/b" }, "actionId must not contain '/'" },
        { new() { ActionId = "a", Title = new string('é', 600) }, "title must be at most 1024 bytes of UTF-8" },
        { new() { ActionId = "a", Value = 0 }, "value must be a number above 0 and at most 1,000,000,000" },
        { new() { ActionId = "a", Value = double.NaN }, "value must be a number above 0 and at most 1,000,000,000" },
        { new() { ActionId = "a", Lever = -1 }, "lever must be a number from 0 to 1,000,000,000" },
        { new() { ActionId = "a", Lever = double.PositiveInfinity }, "lever must be a number from 0 to 1,000,000,000" },
        { new() { ActionId = "a", Value = 1e-200, Lever = 1e-200 }, "value × lever must be 0 or at least 0.000000000001: arbitration ranks by the product, and this one is lost" },
        { new() { ActionId = "a", Value = 5e-324 }, "value × lever must be 0 or at least 0.000000000001: arbitration ranks by the product, and this one is lost" },
        { new() { ActionId = "a", Channel = "" }, "channel must not be empty" },
        { new() { ActionId = "a", Group = "a\n" }, "group must not contain control characters" },
        { new() { ActionId = "a", Slots = [""] }, "a slot must not be empty" },
        { new() { ActionId = "a", Slots = [.. Enumerable.Range(0, 65).Select(i => $"s{i}")] }, "slots must be at most 64" },
        { new() { ActionId = "a", Purposes = [null!] }, "a purpose must not be empty" },
        { new() { ActionId = "a", ValidFrom = DateTimeOffset.UnixEpoch, ValidTo = DateTimeOffset.UnixEpoch }, "validTo must be after validFrom" },
        { new() { ActionId = "a", Attributes = JsonDocument.Parse("[]").RootElement }, "attributes must be an object" },
        { new() { ActionId = "a", Caps = [null!] }, "caps[0] must be an object" },
        { new() { ActionId = "a", Caps = [new() { Per = "week", Limit = 1, Days = 1 }] }, "caps[0].per must be action, group or channel" },
        { new() { ActionId = "a", Caps = [new() { Per = "group", Limit = 1, Days = 1 }] }, "caps[0].per is group, but the action has no group" },
        { new() { ActionId = "a", Caps = [new() { Per = "action", Limit = 0, Days = 1 }] }, "caps[0].limit must be a whole number from 1 to 100" },
        { new() { ActionId = "a", Caps = [new() { Per = "action", Limit = 1 }] }, "caps[0] must have either days or period" },
        { new() { ActionId = "a", Caps = [new() { Per = "action", Limit = 1, Days = 1, Period = "1d" }] }, "caps[0] must have either days or period" },
        { new() { ActionId = "a", Caps = [new() { Per = "action", Limit = 1, Period = "soon" }] }, "caps[0].period must be a duration such as 12h or 30d" },
        { new() { ActionId = "a", Caps = [new() { Per = "action", Limit = 1, Days = 0 }] }, "caps[0] must have a period from 1 s to 366 days" },
        { new() { ActionId = "a", Caps = [new() { Per = "action", Limit = 1, Days = double.NaN }] }, "caps[0] must have a period from 1 s to 366 days" },
        { new() { ActionId = "a", Caps = [new() { Per = "action", Limit = 1, Period = "60w" }] }, "caps[0] must have a period from 1 s to 366 days" },
        { new() { ActionId = "a", Caps = [.. Enumerable.Repeat(new ActionCap { Per = "action", Limit = 1, Days = 1 }, 9)] }, "caps must be at most 8" },
    };

    [Theory]
    [InlineData(1e9, 1e9)]
    [InlineData(1e-3, 1e-9)]
    [InlineData(5e-324, 0)]
    public void Whatever_product_of_value_and_lever_can_be_ranked_is_taken(double value, double lever) =>
        Assert.Empty(ActionRules.FaultsOf(new ActionDefinition { ActionId = "a", Value = value, Lever = lever }));

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_bound_that_is_passed_is_told(ActionDefinition definition, string expected) => Assert.Equal([expected], ActionRules.FaultsOf(definition));

    [Fact]
    public void Every_fault_is_told_at_once() =>
        Assert.Equal(3, ActionRules.FaultsOf(new ActionDefinition { Value = -1, Lever = -1 }).Count);
}
