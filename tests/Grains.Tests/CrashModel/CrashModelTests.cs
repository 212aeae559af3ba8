using CsCheck;
using Personalization.TestKit.Redis;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>
/// The durable path against random schedules of everything that can go wrong, over the real log and store. Each schedule is a list of
/// steps and runs in one thread, so a failure is repeated and shrunk by its seed alone. The variable <c>CsCheck_Iter</c> asks for more schedules.
/// </summary>
public sealed class CrashModelTests
{
    /// <summary>Appends of one producer, so many that no message of before is on its way any longer.</summary>
    private const string Forgotten = "Append(2,0) Append(2,0) Append(2,0) Append(2,0) Append(2,0) Append(2,0)";

    [Fact]
    public void Every_accepted_entry_is_folded_once_in_log_order_whatever_fails() =>
        Step.Faithful.Sample(schedule => Run(new MemoryBackend(), schedule, Mutation.None, faithful: true), iter: Iterations(6000), print: Print);

    [Fact]
    public void A_power_loss_costs_what_was_lost_and_nothing_else() =>
        Step.Forgetful.Sample(schedule => Run(new MemoryBackend(), schedule, Mutation.None, faithful: false), iter: Iterations(6000), print: Print);

    [Fact]
    public void The_same_holds_on_the_embedded_store() =>
        Step.Faithful.Sample(schedule => Run(new SqliteBackend(), schedule, Mutation.None, faithful: true), iter: 60, threads: 2, print: Print);

    [Fact]
    public void The_same_holds_on_the_embedded_store_when_it_loses_power() =>
        Step.Forgetful.Sample(schedule => Run(new SqliteBackend(), schedule, Mutation.None, faithful: false), iter: 40, threads: 2, print: Print);

    [Fact]
    public void The_same_holds_on_redis()
    {
        RedisServer.SkipUnlessInstalled();
        Step.Faithful.Sample(schedule => Run(new RedisBackend(), schedule, Mutation.None, faithful: true), iter: 150, threads: 2, print: Print);
    }

    [Fact]
    public void The_same_holds_on_redis_when_it_loses_power()
    {
        RedisServer.SkipUnlessInstalled();
        Step.Forgetful.Sample(schedule => Run(new RedisBackend(), schedule, Mutation.None, faithful: false), iter: 100, threads: 2, print: Print);
    }

    [Theory]
    [InlineData(Mutation.IgnoreObligations)]
    [InlineData(Mutation.ForgetBeforeSaved)]
    [InlineData(Mutation.IgnoreVersions)]
    [InlineData(Mutation.IgnoreGap)]
    [InlineData(Mutation.IgnoreApplied)]
    [InlineData(Mutation.NewCounterAfterUnknown)]
    [InlineData(Mutation.SkipHole)]
    [InlineData(Mutation.ParkInMemory)]
    [InlineData(Mutation.RepeatWakeUps)]
    public void Each_rule_of_the_protocol_is_needed(Mutation leftOut) =>
        Assert.Throws<CsCheckException>(() => Step.Faithful.Sample(schedule => Run(new MemoryBackend(), schedule, leftOut, faithful: true), iter: 3000, print: Print));

    [Theory]
    [InlineData(Mutation.StartAtTail)]
    [InlineData(Mutation.IgnoreLostWrites)]
    [InlineData(Mutation.ForgetEnded)]
    public void Each_rule_about_power_losses_is_needed(Mutation leftOut) =>
        Assert.Throws<CsCheckException>(() => Step.Forgetful.Sample(schedule => Run(Mutated(leftOut), schedule, leftOut, faithful: false), iter: Iterations(6000), print: Print));

    [Theory]
    [InlineData(Mutation.ClearParkAlways, "Append(0,3) TakeFromLog(0,3) Park(0,0) Deliver(0,1) Collect(0,0) Commit(0,0) Advance(0,0) Unpark(0,0) Deliver(2,0) Collect(0,0) Commit(0,0)")]
    [InlineData(
        Mutation.ParkWhileCommitting,
        "Append(0,3) TakeFromLog(0,3) Park(0,0) Unpark(0,0) Deliver(0,0) Collect(0,0) Commit(0,0,LostRequest) Append(0,1) TakeFromLog(0,3) Park(0,0) Commit(0,0) Deliver(0,1) Deliver(0,2) Collect(0,0) Commit(0,0) Advance(0,0)")]
    [InlineData(
        Mutation.RedeliverBelowSaved,
        "Append(0,3) TakeFromLog(0,3) Deliver(0,0) Collect(0,0) CrashCustomer(0,0) Read(0,0,LostReply) Commit(0,3) Append(0,1) TakeFromLog(0,3) Deliver(0,0) Deliver(0,0)")]
    [InlineData(
        Mutation.KeepMemory,
        "KeepCopy(0,0) Append(0,0) Append(1,3) TakeFromLog(0,3) TakeFromLog(0,3) Deliver(0,0) LosePower(0,0) Append(0,3)", false)]
    [InlineData(
        Mutation.AdvanceOverLost,
        "Append(0,1) TakeFromLog(0,3) Park(0,1) Deliver(0,0) Collect(0,0) Commit(0,0) Advance(0,0) KeepCopy(0,0) Append(0,0) TakeFromLog(0,3) LosePower(0,0) Append(1,0) Advance(0,0)", false)]
    [InlineData(
        Mutation.ParkLost,
        "Append(0,3) TakeFromLog(0,3) Deliver(0,0) Deliver(0,1) Collect(0,0) Commit(0,0) Advance(0,0) KeepCopy(0,0) Append(0,3) TakeFromLog(0,3) LosePower(0,0) Append(1,1) Park(0,1)", false)]
    [InlineData(
        Mutation.CompareTailOnly,
        "Append(0,1) TakeFromLog(0,3) Deliver(0,0) Deliver(0,1) Collect(0,0) Commit(0,0) Advance(0,0) KeepCopy(0,0) Append(0,0) TakeFromLog(0,3) Deliver(0,1) LosePower(0,0) Append(2,0) Collect(0,0) Commit(0,0) "
        + Forgotten, false)]
    [InlineData(
        Mutation.CommitLost,
        "Append(0,1) TakeFromLog(0,3) Deliver(0,0) Deliver(0,1) Collect(0,0) Commit(0,0) Advance(0,0) KeepCopy(0,0) Append(0,0) TakeFromLog(0,3) Deliver(0,1) LosePower(0,0) Append(2,0) Collect(0,0) Commit(0,0) "
        + Forgotten, false)]
    [InlineData(
        Mutation.IgnoreLogTime,
        "Append(0,1) TakeFromLog(0,3) Deliver(0,0) Deliver(0,1) Collect(0,0) Commit(0,0) Advance(0,0) KeepCopy(0,0) Append(0,0) Append(1,0) TakeFromLog(0,3) Deliver(0,0) Deliver(0,1) LosePower(0,0) Append(2,0) LateAppend(0,2) Collect(0,0) Commit(0,0) "
        + Forgotten, false)]
    [InlineData(
        Mutation.TrustHints,
        "Append(0,1) TakeFromLog(0,3) Deliver(0,0) Deliver(0,1) Collect(0,0) Commit(0,0) Advance(0,0) KeepCopy(0,0) Append(0,0) TakeFromLog(0,3) Deliver(0,1) LosePower(0,0) Append(2,0) Append(2,0) Hint(0,3) Deliver(0,2) Collect(0,0) Commit(0,0) "
        + Forgotten, false)]
    [InlineData(Mutation.ForgetHandedOut, "Append(2,2) KeepCopy(0,0) Append(2,2) Read(0,2) LosePower(0,0) TakeFromLog(0,3) Append(1,0)", false)]
    [InlineData(
        Mutation.FillBlindly,
        "Append(0,1) TakeFromLog(0,3) Park(0,1) Deliver(0,0) Collect(0,0) Commit(0,0) Advance(0,0) KeepCopy(0,0) Append(0,2) TakeFromLog(0,3) Read(0,1) LosePower(0,0) Append(2,2) Unpark(0,1) Deliver(0,1) Collect(0,0) Commit(0,0) "
        + Forgotten, false)]
    public void Each_rule_that_chance_seldom_meets_is_needed_too(Mutation leftOut, string schedule, bool faithful = true)
    {
        var steps = schedule.Split(' ').Select(Step.Parse).ToArray();
        Run(new MemoryBackend(), steps, Mutation.None, faithful);
        Assert.ThrowsAny<Exception>(() => Run(Mutated(leftOut), steps, leftOut, faithful));
    }

    private static long Iterations(int usual) => Math.Max(usual, Check.Iter);

    /// <summary>The store stands without its log where the model asks the log itself, so that one of the writes can be left unchecked.</summary>
    private static MemoryBackend Mutated(Mutation leftOut) => new(comparesLog: leftOut is not (Mutation.CommitLost or Mutation.AdvanceOverLost or Mutation.ParkLost));

    private static string Print(Step[] schedule) => string.Join(" ", schedule);

    private static void Run(Backend backend, Step[] schedule, Mutation mutation, bool faithful)
    {
        using (backend) Run(new World(backend, mutation, dropsRepeats: !faithful), schedule, faithful).AsTask().GetAwaiter().GetResult();
    }

    private static async ValueTask Run(World world, Step[] schedule, bool faithful)
    {
        await world.Begin();
        var applied = new long[World.Customers];
        var position = 0L;
        foreach (var step in schedule)
        {
            await world.Do(step);
            if (step.What is Happening.LosePower or Happening.RestoreLog)
            {
                // Rows and position go back with what they were made of.
                Array.Clear(applied);
                position = 0;
            }

            if (faithful && (step.What is Happening.Deliver or Happening.Read or Happening.Commit)) await Invariants.CheckVisible(world);
            if (step.What is not (Happening.Commit or Happening.LateCommit or Happening.Advance or Happening.Park or Happening.NewOwner)) continue;
            await Invariants.CheckAlways(world, applied, position);
            position = (await world.Store.ReadPartition(0)).Position;
        }

        await world.Rest(underNewOwner: false);
        await Invariants.CheckAtRest(world, faithful);
        await world.Rest(underNewOwner: true);
        await Invariants.CheckAtRest(world, faithful);
    }
}
