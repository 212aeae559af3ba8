using System.Diagnostics;
using System.Globalization;
using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.State;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Decisions.Policies;
using Personalization.Log;

namespace Personalization.Micro.Decisions;

/// <summary>
/// What a decision costs by stage, as a table. Of many short batches the fastest counts: other work on the machine only ever adds. Candidates, caps, the choice's factors and the record's objects
/// are what is left of the whole.
/// </summary>
public static class DecisionStages
{
    private const int Batches = 60;
    private static readonly TimeSpan Batch = TimeSpan.FromMilliseconds(8);

    /// <summary>How long code runs before it counts: the runtime optimises it on another thread, which on a crowded machine gets its turn late.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(12);

    /// <summary>Prints the table.</summary>
    public static void Print(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine("| µs a decision | " + string.Join(" | ", from policy in Policies from count in Counts select $"{policy}, {count}") + " |");
        output.WriteLine("|---" + string.Concat(Enumerable.Repeat("|---", Policies.Length * Counts.Length)) + "|");
        var columns = (from policy in Policies from count in Counts select Measure(count, policy)).ToList();
        for (var row = 0; row < columns[0].Count; row++) output.WriteLine($"| {columns[0][row].Stage} | {string.Join(" | ", columns.Select(column => column[row].Value))} |");
    }

    private static DecisionPolicy[] Policies => [DecisionPolicy.LinearThompsonSampling, DecisionPolicy.LogisticThompsonSampling];

    private static int[] Counts => [100, 1000];

    private static List<(string Stage, string Value)> Measure(int count, DecisionPolicy policy)
    {
        var shop = new DecisionShop(count, policy);
        var pipeline = new DecisionPipeline(shop.Settings);
        var context = new EligibilityContext(shop.Profile, DecisionShop.At, shop.Question.Request.Context, shop.Settings);
        var x = new double[shop.Slot.Features.Dimension];
        shop.Slot.Features.Fill(shop.Profile, DecisionShop.At, shop.Settings, shop.Question.Request.Context, null, x);
        ulong[] keys = [.. shop.Library.Actions.Select(action => action.Hash)];
        double[] worth = [.. shop.Library.Actions.Select(action => action.Definition.Value)];
        var (means, deviations, pi) = (new double[count], new double[count], new double[count]);
        var made = pipeline.Decide(shop.Question);
        var rows = CandidateRows.Read(made.PackedCandidates);
        var decision = 0UL;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;) pipeline.Decide(shop.Question with { Decision = ++decision });

        var whole = Time(() => pipeline.Decide(shop.Question with { Decision = ++decision }));
        var eligibility = Time(() =>
        {
            var eligible = 0;
            foreach (var action in shop.Library.ForSlot("home")) eligible += action.IsValidAt(DecisionShop.At) && action.IsEligible(context) ? 1 : 0;
            return eligible;
        });
        var features = Time(() =>
        {
            shop.Slot.Features.Fill(shop.Profile, DecisionShop.At, shop.Settings, shop.Question.Request.Context, null, x);
            return x;
        });
        var scores = Time(() =>
        {
            shop.Slot.Policy.Believe(shop.Model, null, new ActionCandidates(keys, x, x.Length, default, worth), means, deviations);
            return means;
        });
        var draw = Time(() =>
        {
            var random = DecisionRandom.For(1, 2, ++decision);
            shop.Slot.Policy.Distribute(shop.Model, new ActionCandidates(keys, x, x.Length, default, worth), means, deviations, ref random, pi);
            return Exploration.Draw(pi, ref random);
        });
        var pack = Time(() =>
        {
            Span<double> weights = stackalloc double[DecisionMade.MaxCandidates];
            var packer = new CandidateRows.Packer(rows.Length, rows[^1].Propensity, weights);
            foreach (ref readonly var row in rows.AsSpan()) packer.Add(row.Id, row.Score, row.Weight, row.Propensity);
            return packer.Finish();
        });
        var write = Time(() => Write(shop, made));
        var solves = Time(() =>
        {
            var sum = 0.0;
            foreach (var key in keys) sum += shop.Model.ScoreVariance(key, x);
            return sum;
        });
        var model = shop.Model.ToBytes();
        var prepare = double.MaxValue;
        for (var i = 0; i < 12; i++)
        {
            var fresh = ActionModel.FromBytes(model);
            var start = Stopwatch.GetTimestamp();
            fresh.Prepare();
            prepare = Math.Min(prepare, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) pipeline.Decide(shop.Question with { Decision = ++decision });
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / 1_000;
        return
        [
            ("eligibility", Text(eligibility)),
            ("features", Text(features)),
            ("scores and their variances", Text(scores)),
            ("π and the draw", Text(draw)),
            ("candidates on record", Text(pack)),
            ("the rest: candidates, caps, factors, record", Text(whole - eligibility - features - scores - draw - pack)),
            ("**the whole decision**", $"**{Text(whole)}**"),
            ("bytes allocated", bytes.ToString("N0", CultureInfo.InvariantCulture)),
            ("not in it: the record as an entry", Text(write)),
            ("bytes of the entry", Write(shop, made).Length.ToString("N0", CultureInfo.InvariantCulture)),
            ("not in it: variances by triangular solves", Text(solves)),
            ("not in it: covariances, once a snapshot", Text(prepare)),
        ];
    }

    private static byte[] Write(DecisionShop shop, DecisionMade made) =>
        shop.Codec.Write(new EntryEnvelope(EntryKind.Decision, shop.Profile.Customer, "decision", DecisionShop.At), made);

    private static double Time<T>(Func<T> work)
    {
        var least = double.MaxValue;
        for (var batch = 0; batch < Batches; batch++)
        {
            var calls = 0;
            var start = Stopwatch.GetTimestamp();
            for (; calls < 3 || Stopwatch.GetElapsedTime(start) < Batch; calls++) work();
            if (batch >= Batches / 3) least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls);
        }

        return least;
    }

    private static string Text(double microseconds) => microseconds.ToString(microseconds < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
