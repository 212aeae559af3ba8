using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>What must be true, at every moment and at rest.</summary>
public static class Invariants
{
    /// <summary>The position never passes an entry that is neither saved nor parked, and rows never go back.</summary>
    public static async ValueTask CheckAlways(World world, long[] applied, long position)
    {
        var state = await world.Store.ReadPartition(0);
        Assert.True(state.Position >= position, $"the position went back from {position} to {state.Position}");
        for (var number = 0; number < World.Customers; number++)
        {
            var stored = (await world.Store.ReadCustomer(0, ModelEntry.Key(number)))?.Applied ?? 0;
            Assert.True(stored >= applied[number], $"the row of customer {number} went back from {applied[number]} to {stored}");
            applied[number] = stored;
        }

        foreach (var entry in await Entries(world))
        {
            var content = ModelEntry.Read(entry.Bytes);
            var saved = entry.Position <= applied[content.Customer];
            var parked = state.Parks.TryGetValue(ModelEntry.Key(content.Customer), out var from) && from <= entry.Position;
            Assert.True(
                entry.Position > state.Position || saved || parked,
                $"the position {state.Position} passed entry {entry.Position} of customer {content.Customer}, saved to {applied[content.Customer]}");
        }
    }

    /// <summary>What a customer shows its readers is at any moment the fold of the log up to some position.</summary>
    public static async ValueTask CheckVisible(World world)
    {
        var entries = await Entries(world);
        for (var number = 0; number < World.Customers; number++)
        {
            if (world.Customer(number).Visible is not { } visible) continue;
            Assert.Equal(Fold(entries.Where(entry => entry.Position <= visible.Applied).Select(entry => ModelEntry.Read(entry.Bytes)), number), visible.Facts);
        }
    }

    /// <summary>A tenure that follows on one which had taken what the log has lost begins another generation: whoever knows of the lost entries is told so.</summary>
    public static async ValueTask CheckClaim(World world, EndedTenure? ended)
    {
        if (ended is null || (await world.Log.ReadHead(0)).Generation != ended.Generation) return;
        var held = (await world.Log.Read(new ReadRequest(0, ended.Taken, ended.Generation) with { MaxEntries = 1 })).Status != ReadStatus.Mismatch;
        Assert.True(held, $"the log lost {ended.Taken}, and goes on in the same generation");
    }

    /// <summary>
    /// Every accepted entry is folded exactly once, in log order, and every fact is in the outbox exactly once. A loss takes entries and what was folded from them alike: rows are the fold of
    /// what the log holds afterwards, and of nothing else.
    /// </summary>
    public static async ValueTask CheckAtRest(World world, bool faithful)
    {
        var entries = await Entries(world);
        var ids = entries.Select(entry => ModelEntry.Read(entry.Bytes)).Where(entry => !entry.IsWakeUp).Select(entry => entry.Id).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        if (faithful) Assert.Superset(world.Accepted, ids.ToHashSet());
        Assert.Superset(world.Accepted, await world.StillKept());

        var outbox = await world.Store.ReadOutbox(0, 0, 100_000);
        Assert.Equal(Enumerable.Range(1, (int)outbox.Head).Select(number => (long)number), outbox.Rows.Select(row => row.Number));
        for (var number = 0; number < World.Customers; number++)
        {
            var record = await world.Store.ReadCustomer(0, ModelEntry.Key(number));
            var facts = record is null ? [] : ModelProfile.Read(record.Row).Facts;
            var emitted = outbox.Rows.Where(row => World.NumberOf(row.Customer) == number).Select(row => BitConverter.ToInt32(row.Item.Bytes));
            Assert.Equal(facts, emitted);
            Assert.Equal(facts.Distinct(), facts);

            Assert.Equal(world.Expect(number, entries).Facts, facts);
        }
    }

    private static IReadOnlyList<int> Fold(IEnumerable<ModelEntry> entries, int number)
    {
        var profile = new ModelProfile();
        foreach (var entry in entries.Where(entry => entry.Customer == number)) profile.Fold(entry, dropsRepeats: false, Mutation.None);
        return profile.Facts;
    }

    private static async ValueTask<IReadOnlyList<LogEntry>> Entries(World world) => (await world.Log.Read(new ReadRequest(0, 0, MaxEntries: 100_000))).Entries;
}
