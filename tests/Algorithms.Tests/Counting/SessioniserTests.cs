using CsCheck;
using Personalization.Algorithms.Counting;

namespace Personalization.Algorithms.Tests.Counting;

public sealed class SessioniserTests
{
    private const long Minute = 60_000;
    private static readonly Sessioniser HalfHour = new(TimeSpan.FromMinutes(30), TimeSpan.FromHours(1));

    [Fact]
    public void Events_within_the_gap_are_one_session_and_beyond_it_two()
    {
        var state = new State(HalfHour);
        Assert.Equal(SessionChange.Started, state.Add(0));
        Assert.Equal(SessionChange.Extended, state.Add(30));
        Assert.Equal(SessionChange.Counted, state.Add(10));
        Assert.Equal(SessionChange.Started, state.Add(61));
        Assert.Equal([(0, 30, 3), (61, 61, 1)], state.All());
    }

    [Fact]
    public void A_late_event_joins_two_sessions()
    {
        var state = new State(HalfHour);
        state.Add(0);
        state.Add(50);
        Assert.Equal(SessionChange.Merged, state.Add(25));
        Assert.Equal([(0, 50, 3)], state.All());
    }

    [Fact]
    public void A_late_event_may_start_a_session_in_the_past_and_a_too_late_one_changes_nothing()
    {
        var state = new State(HalfHour);
        state.Add(100);
        Assert.Equal(SessionChange.Started, state.Add(45));
        Assert.Equal(SessionChange.TooLate, state.Add(39));
        Assert.Equal([(45, 45, 1), (100, 100, 1)], state.All());
    }

    [Fact]
    public void Sessions_are_closed_only_when_no_accepted_event_can_touch_them()
    {
        var session = new SessionInterval(0, 0, 1);
        Assert.False(HalfHour.IsFinal(session, 90 * Minute));
        Assert.True(HalfHour.IsFinal(session, HalfHour.FinalAt(session)));
        var state = new State(HalfHour);
        state.Add(0);
        state.Add(90);
        // 60 minutes late is allowed: 30 is taken in and belongs to the first session.
        Assert.Equal(SessionChange.Extended, state.Add(30));
        Assert.Empty(state.Closed);
        state.Add(170);
        Assert.Equal([(0, 30, 2)], state.Closed);
    }

    [Fact]
    public void Any_order_of_arrival_within_the_lateness_gives_the_sessions_of_the_sorted_events() =>
        Gen.Select(Gen.Int[0, 90].Array[1, 60], Gen.Int[0, 60].Array[60], Gen.Int[1, 40], Gen.Int[0, 90]).Sample((steps, delays, gap, lateness) =>
        {
            var sessioniser = new Sessioniser(TimeSpan.FromMinutes(gap), TimeSpan.FromMinutes(lateness));
            var times = new int[steps.Length];
            for (var i = 0; i < steps.Length; i++) times[i] = (i == 0 ? 0 : times[i - 1]) + steps[i] / 3;
            // Each event arrives at most the lateness after its time, so none is ever further behind than allowed.
            var arrivals = times.Select((time, i) => (time, arrival: time + Math.Min(lateness, delays[i]))).OrderBy(e => e.arrival).Select(e => e.time);

            var late = new State(sessioniser);
            foreach (var time in arrivals) Assert.NotEqual(SessionChange.TooLate, late.Add(time));
            Assert.Equal(Expected(times, gap), late.All());
        });

    [Fact]
    public void Open_sessions_never_exceed_the_promised_number() =>
        Gen.Select(Gen.Int[0, 400].Array[1, 80], Gen.Int[1, 40], Gen.Int[0, 200]).Sample((times, gap, lateness) =>
        {
            var state = new State(new Sessioniser(TimeSpan.FromMinutes(gap), TimeSpan.FromMinutes(lateness)));
            foreach (var time in times) state.Add(time);
            var all = state.All();
            for (var i = 1; i < all.Length; i++) Assert.True(all[i].Start - all[i - 1].End > gap);
        });

    [Fact]
    public void Settings_out_of_range_and_spans_too_short_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sessioniser(TimeSpan.Zero, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sessioniser(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sessioniser(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)));
        Assert.Throws<ArgumentException>(() =>
        {
            var count = 0;
            var newest = long.MinValue;
            HalfHour.Add([], ref count, ref newest, 0);
        });
    }

    [Fact]
    public void Adding_and_closing_allocates_nothing()
    {
        var (open, closed) = (new SessionInterval[HalfHour.MaximumOpen], new SessionInterval[HalfHour.MaximumOpen]);
        var count = 0;
        var newest = long.MinValue;
        HalfHour.Add(open, ref count, ref newest, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0L; i < 1000; i++)
        {
            HalfHour.Add(open, ref count, ref newest, i * 17 * Minute - i % 3 * 20 * Minute);
            HalfHour.Close(open, ref count, newest, closed);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static (int Start, int End, int Events)[] Expected(int[] times, int gap)
    {
        var sessions = new List<(int, int, int)>();
        foreach (var time in times.Order())
        {
            if (sessions.Count > 0 && time - sessions[^1].Item2 <= gap) sessions[^1] = (sessions[^1].Item1, time, sessions[^1].Item3 + 1);
            else sessions.Add((time, time, 1));
        }

        return [.. sessions];
    }

    private sealed class State(Sessioniser sessioniser)
    {
        private readonly SessionInterval[] _open = new SessionInterval[sessioniser.MaximumOpen];
        private readonly SessionInterval[] _finished = new SessionInterval[sessioniser.MaximumOpen];
        private int _count;
        private long _newest = long.MinValue;

        public List<(int Start, int End, int Events)> Closed { get; } = [];

        public SessionChange Add(int minute)
        {
            var change = sessioniser.Add(_open, ref _count, ref _newest, minute * Minute);
            var final = sessioniser.Close(_open, ref _count, _newest, _finished);
            Closed.AddRange(_finished.Take(final).Select(ToMinutes));
            return change;
        }

        public (int Start, int End, int Events)[] All() => [.. Closed, .. _open.Take(_count).Select(ToMinutes)];

        private static (int Start, int End, int Events) ToMinutes(SessionInterval session) =>
            ((int)(session.Start / Minute), (int)(session.End / Minute), session.Events);
    }
}
