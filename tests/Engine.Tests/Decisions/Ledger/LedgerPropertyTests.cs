using CsCheck;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Log;

namespace Personalization.Engine.Tests.Decisions.Ledger;

/// <summary>Whatever comes in whatever order and however often: no cap is overspent, and each example is told once.</summary>
public sealed class LedgerPropertyTests
{
    private const long Period = 20 * FoldRun.Minute;

    /// <summary>How long a customer's ids are remembered: a repeat after it is another entry.</summary>
    private const long Remembered = 10 * FoldRun.Minute;

    private static readonly Gen<Step> AnyStep =
        from kind in Gen.Enum<StepKind>()
        from of in Gen.Int[0, 200]
        from limit in Gen.Int[1, 3]
        from pause in Gen.Frequency((2, Gen.Const(0L)), (2, Gen.Long[0, 5 * FoldRun.Minute]), (1, Gen.Long[0, 2 * LedgerRun.Window]))
        from behind in Gen.Long[0, 59_999]
        from flags in Gen.Int[0, 15]
        select new Step(kind, of, limit, pause, behind, flags);

    private enum StepKind
    {
        Decide,
        DecideTwice,
        Recommend,
        Repeat,
        Reward,
        Purchase,
        Click,
        Expose,
        WakeUp,
        EarlyWakeUp,
        Reload,
    }

    [Fact]
    public void No_period_holds_more_than_a_cap_allows_and_every_choice_is_told_once_as_made_and_once_as_resolved() =>
        AnyStep.List[1, 150].Sample(steps => new Story().Run(steps), iter: 1_500);

    private readonly record struct Step(StepKind Kind, int Of, int Limit, long Pause, long Behind, int Flags);

    private sealed class Story
    {
        private readonly LedgerRun _run = new();
        private readonly List<(string Id, DecisionMade Made, long At, long LogTime)> _made = [];
        private readonly List<(long At, bool MayComeBack)> _spent = [];
        private long _clock = FoldRun.Noon;
        private int _ids;

        public void Run(List<Step> steps)
        {
            foreach (var step in steps)
            {
                _clock += step.Pause;
                _run.Run.LogTime = _clock;
                Take(step);
            }

            while (_run.Profile.NextWakeUp is { } due) _run.WakeUp(due);
            CheckOnce();
            var choices = _made.Where(made => made.Made.Learns).Sum(made => made.Made.Choices.Length);
            Assert.Equal((choices, choices), (_run.Made.Count(), _run.Resolved.Count()));
            Assert.All(_run.Resolved, example => Assert.InRange(example.Reward, 0, 1));
        }

        private void Take(in Step step)
        {
            // Hosts differ by less than a minute.
            var at = _clock - step.Behind;
            var any = _made.Count == 0 ? default : _made[step.Of % _made.Count];
            switch (step.Kind)
            {
                case StepKind.Decide: Decide(Offer(step, "a"), at, 1); break;
                case StepKind.DecideTwice: Decide(Offer(step, "a", "b"), at, 2); break;
                case StepKind.Recommend: Decide(LedgerRun.Show("sock", "boot"), at, 0); break;
                case StepKind.Repeat when any.Id is not null && any.LogTime >= _clock - Remembered: _run.Run.Apply(any.Made, any.At, any.Id); break;
                case StepKind.Reward when any.Id is not null: _run.Reward(any.Id, 1, any.Made.Choices[step.Flags % any.Made.Choices.Length].Id, at); break;
                case StepKind.Purchase: _run.Event(new CustomerEvent { Type = EventType.Purchase, BaseValue = 1, ActionId = step.Flags < 8 ? null : "b", ItemId = "boot" }, at); break;
                case StepKind.Click: _run.Event(new CustomerEvent { Type = EventType.ProductClicked, DecisionId = any.Id, ActionId = "a", ItemId = "sock" }, at); break;
                case StepKind.Expose: _run.Event(new CustomerEvent { Type = EventType.Exposure, ActionId = "a" }, at); break;
                case StepKind.WakeUp: _run.WakeUntil(_clock); break;
                case StepKind.EarlyWakeUp: _run.WakeUp(_clock - (step.Of * FoldRun.Minute)); break;
                case StepKind.Reload: _run.Run.Reload(); break;
            }
        }

        private static DecisionMade Offer(in Step step, params string[] actions) => LedgerRun.Offer(actions) with
        {
            Caps = [.. Enumerable.Repeat(LedgerRun.Cap("group:g", step.Limit, Period), actions.Length)],
            CountsExposures = (step.Flags & 1) != 0,
            LearnsAtClose = (step.Flags & 2) != 0,
            Learns = (step.Flags & 12) != 0,
        };

        private void Decide(DecisionMade made, long at, int spends)
        {
            var id = $"s{++_ids}";
            var outcome = _run.Run.Apply(made, at, id);
            if (outcome.Verdict == FoldVerdict.NoEffect) return;
            Assert.Equal(FoldVerdict.Folded, outcome.Verdict);
            _made.Add((id, made, at, _clock));
            for (var i = 0; i < spends; i++) _spent.Add((at, made.CountsExposures));
            if (spends == 0) return;
            var limit = made.Caps[0].Limit;

            // What came back counts no longer, so only what cannot come back must keep the limit; a record keeps it whatever the order of the times.
            var within = _spent.Count(spent => !spent.MayComeBack && spent.At > at - Period);
            Assert.True(made.CountsExposures || within <= limit, $"{within} within the period up to {at}, the limit is {limit}");
        }

        private void CheckOnce()
        {
            foreach (var examples in new[] { _run.Made, _run.Resolved })
            {
                var repeated = examples.GroupBy(example => (example.Decision, example.Place)).FirstOrDefault(group => group.Count() > 1);
                Assert.True(repeated is null, $"choice {repeated?.Key} is told more than once");
            }
        }
    }
}
