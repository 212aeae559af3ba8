using CsCheck;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Xunit;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>A refusal holds, whatever else is said and however many purposes callers invent.</summary>
public sealed class ConsentTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_refusal_in_a_full_table_is_taken(bool isFullOfGrants)
    {
        var run = new FoldRun();
        for (var i = 0; i < 40; i++) Say(run, $"partner-{i}", isFullOfGrants);
        Say(run, "personalization", false);
        run.Reload();
        Assert.True(run.Profile.Refuses("personalization"));
        Assert.Equal(32, run.View().Consents.Count);
        for (var i = 0; i < 40; i++) Assert.Equal(!isFullOfGrants, run.Profile.Refuses($"partner-{i}"));
    }

    [Fact]
    public void Purposes_without_end_take_bounded_room_and_leave_every_refusal()
    {
        var run = new FoldRun();
        Say(run, "personalization", false);
        for (var i = 0; i < 5000; i++) Say(run, $"{i:0000}" + new string('x', 252), i % 2 == 0);
        Assert.True(run.Profile.Refuses("personalization"));
        Assert.True(run.Profile.Refuses($"{1:0000}" + new string('x', 252)));
        Assert.InRange(FoldRun.Encode(run.Profile).Side.Length, 8000, 10_000);
        Assert.NotNull(run.View().OtherPurposesRefusedAt);

        // Who grants afterwards has granted.
        Say(run, "personalization", true);
        Assert.False(run.Profile.Refuses("personalization"));
        run.Apply(new Erasure());
        run.Event(EventType.PageViewed, FoldRun.Noon + FoldRun.Day);
        Assert.False(run.Profile.Refuses($"{1:0000}" + new string('x', 252)));
    }

    [Fact]
    public void What_was_refused_last_is_refused_and_what_was_granted_just_now_is_granted() =>
        Gen.Select(Gen.Int[0, 9], Gen.Bool, Gen.Long[0, 3]).List[1, 60].Sample(
            said =>
            {
                var run = new FoldRun(new FoldSettings { Purposes = 3 });
                var last = new Dictionary<string, bool>();
                foreach (var (purpose, isGranted, step) in said)
                {
                    Say(run, $"p{purpose}", isGranted, FoldRun.Noon + step);
                    last[$"p{purpose}"] = isGranted;
                    Assert.Equal(!isGranted, run.Profile.Refuses($"p{purpose}"));
                    foreach (var (name, granted) in last)
                    {
                        if (!granted) Assert.True(run.Profile.Refuses(name), name);
                    }

                    Assert.InRange(run.View().Consents.Count, 1, 3);
                }
            },
            iter: 2000);

    private static void Say(FoldRun run, string purpose, bool isGranted, long time = FoldRun.Noon) =>
        Assert.Equal(FoldVerdict.Folded, run.Apply(new ConsentChange { Purpose = purpose, Granted = isGranted }, time, flags: EntryFlags.None).Verdict);
}
