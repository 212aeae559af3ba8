using System.Text.Json;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Tests.Decisions.Eligibility;
using Personalization.Engine.Tests.Profiles;
using Personalization.Partitions;

namespace Personalization.Engine.Tests.Decisions.Actions;

public sealed class ActionLibraryTests
{
    private static ActionLibrary Library(params ActionDefinition[] definitions) => ActionLibrary.From(definitions, Shopper.Scope);

    private static string[] Ids(ReadOnlySpan<LibraryAction> actions) => [.. actions.ToArray().Select(action => action.Definition.ActionId)];

    [Fact]
    public void A_slot_has_the_enabled_actions_that_name_it_or_none_in_the_order_of_their_ids()
    {
        var library = Library(
            new() { ActionId = "b", Slots = ["home"] },
            new() { ActionId = "c" },
            new() { ActionId = "off", Enabled = false },
            new() { ActionId = "a", Slots = ["home", "cart"] },
            new() { ActionId = "B", Slots = [] });
        Assert.Equal(["B", "a", "b", "c"], Ids(library.ForSlot("home")));
        Assert.Equal(["B", "a", "c"], Ids(library.ForSlot("cart")));
        Assert.Equal(["B", "c"], Ids(library.ForSlot("elsewhere")));
        Assert.Equal(["B", "a", "b", "c", "off"], library.Actions.Select(action => action.Definition.ActionId));
        Assert.False(library.Find("off")!.Definition.Enabled);
        Assert.Null(library.Find("none"));
        Assert.True(ActionLibrary.Empty.ForSlot("home").IsEmpty);
    }

    [Fact]
    public void An_action_with_a_fault_is_left_out_and_told_and_harms_no_other()
    {
        var library = Library(new() { ActionId = "good" }, new() { ActionId = "bad", Value = 0 }, new() { ActionId = "worse", Eligibility = "orders > 1 and ordres" });
        Assert.Equal(["good"], library.Actions.Select(action => action.Definition.ActionId));
        Assert.Equal(
            [
                new ActionFault("bad", "value must be a number above 0 and at most 1,000,000,000"),
                new ActionFault("worse", "eligibility: column 16: there is no 'ordres'; did you mean 'orders'?", 16),
            ],
            library.Faults);
    }

    [Fact]
    public void The_version_names_the_content_whatever_the_order_and_the_time_of_the_put()
    {
        ActionDefinition a = new() { ActionId = "a" }, b = new() { ActionId = "b" };
        Assert.Equal(Library(a, b).Version, Library(b with { UpdatedAt = DateTime.UnixEpoch }, a).Version);
        Assert.NotEqual(Library(a, b).Version, Library(a, b with { Lever = 2 }).Version);
        Assert.NotEqual(Library(a, b).Version, Library(a).Version);
    }

    [Fact]
    public void Caps_count_by_the_hash_of_their_scope_and_an_action_counts_in_every_scope_that_another_caps()
    {
        var library = Library(
            new() { ActionId = "ten-off", Group = "discounts", Channel = "email", Caps = [new() { Per = "action", Limit = 1, Days = 7 }, new() { Per = "group", Limit = 2, Period = "12h" }] },
            new() { ActionId = "five-off", Group = "discounts", Channel = "email" },
            new() { ActionId = "news", Channel = "email" });
        Assert.Equal(
            [new CapRule(KeyHash.Name("default", "action:ten-off"), "action:ten-off", 1, 7 * FoldRun.Day), new CapRule(KeyHash.Name("default", "group:discounts"), "group:discounts", 2, 12 * FoldRun.Hour)],
            library.Find("ten-off")!.Caps);
        Assert.Equal(library.Find("ten-off")!.Caps.Select(cap => cap.Scope), library.Find("ten-off")!.Scopes.Select(scope => scope.Scope));
        Assert.Equal([new CapScope(KeyHash.Name("default", "group:discounts"), library.Find("ten-off")!.Caps[1].PeriodMs)], library.Find("five-off")!.Scopes);
        Assert.Empty(library.Find("news")!.Scopes);
        Assert.Equal(KeyHash.Name("default", "news"), library.Find("news")!.Hash);
    }

    [Fact]
    public void Validity_begins_with_its_first_instant_and_ends_before_its_last()
    {
        var action = Library(new ActionDefinition { ActionId = "a", ValidFrom = DateTimeOffset.FromUnixTimeMilliseconds(1000), ValidTo = DateTimeOffset.FromUnixTimeMilliseconds(2000) }).Find("a")!;
        Assert.Equal([false, true, true, false], new long[] { 999, 1000, 1999, 2000 }.Select(action.IsValidAt));
    }

    [Fact]
    public void Who_did_not_consent_to_every_purpose_or_does_not_fit_the_expression_may_not_have_it()
    {
        var library = Library(
            new() { ActionId = "all" },
            new() { ActionId = "consented", Purposes = ["marketing"] },
            new() { ActionId = "refused", Purposes = ["marketing", "profiling"] },
            new() { ActionId = "fits", Purposes = ["marketing"], Eligibility = "orders >= 2" },
            new() { ActionId = "unfit", Eligibility = "orders > 2" });
        var context = Shopper.On(Shopper.Regular());
        var eligible = new List<string>();
        foreach (var action in library.ForSlot("home"))
        {
            if (action.IsEligible(context)) eligible.Add(action.Definition.ActionId);
        }

        Assert.Equal(["all", "consented", "fits"], eligible);
    }

    [Fact]
    public void A_definition_is_the_same_after_JSON()
    {
        const string json = """{"actionId":"a","value":5,"lever":2,"slots":["home"],"validFrom":"2026-03-01T00:00:00+01:00","eligibility":"orders > 1","caps":[{"per":"action","limit":1,"days":7}],"purposes":["marketing"],"enabled":false,"attributes":{"x":1}}""";
        Assert.Equal(json.Replace("> 1", "\\u003E 1", StringComparison.Ordinal), JsonSerializer.Serialize(JsonSerializer.Deserialize(json, ActionJson.Default.ActionDefinition)!, ActionJson.Default.ActionDefinition).Replace("+01:00", "+01:00", StringComparison.Ordinal));
    }

    [Fact]
    public void More_actions_than_a_library_holds_are_told()
    {
        var library = ActionLibrary.From(Enumerable.Range(0, ActionLibrary.MaxActions + 2).Select(i => new ActionDefinition { ActionId = $"a{i:00000}" }), Shopper.Scope);
        Assert.Equal(ActionLibrary.MaxActions, library.Actions.Count);
        Assert.Equal(["a10000", "a10001"], library.Faults.Select(fault => fault.ActionId));
    }
}
