using CsCheck;
using Personalization.Algorithms.Recommendation;

namespace Personalization.Algorithms.Tests.Recommendation;

/// <summary>
/// What every recommender promises, written once. A class per recommender supplies how it is made and restored; its bounds must be small, so that
/// random clicks reach them.
/// </summary>
public abstract class SessionRecommenderChecks
{
    /// <summary>Random clicks of a few sessions on a few items, times mostly forward.</summary>
    private static readonly Gen<Click[]> Clicks =
        Gen.Select(Gen.ULong[1, 12], Gen.ULong[1, 25], Gen.Long[-3_000, 10_000]).Array[0, 300].Select(steps =>
        {
            var time = 1_000_000_000_000L;
            return steps.Select(step => new Click(step.Item1, step.Item2, time += step.Item3)).ToArray();
        });

    private static readonly Gen<ulong[]> Sessions = Gen.ULong[1, 30].Array[0, 8];

    protected abstract SessionRecommender Create();

    protected abstract SessionRecommender Load(BinaryReader reader);

    protected static long Now => 1_000_001_000_000L;

    [Fact]
    public void An_empty_recommender_and_an_empty_session_give_no_fault()
    {
        var scratch = new RecommendationScratch();
        var results = new ScoredItem[5];
        Assert.InRange(Create().Recommend(new SessionQuery([], Now), scratch, results), 0, 5);
        Assert.InRange(Create().Recommend(new SessionQuery([1, 2], Now), scratch, results), 0, 5);
        Assert.Equal(0, Create().Recommend(new SessionQuery([1, 2], Now), scratch, []));
        Assert.InRange(Fit(Create(), Sample(400)).Recommend(new SessionQuery([], Now), scratch, results), 0, 5);
    }

    [Fact]
    public void Items_nobody_has_seen_change_nothing_where_they_are_old_and_are_never_recommended()
    {
        var recommender = Fit(Create(), Sample(400));
        var items = Answer(recommender, new SessionQuery([900, 901, 902], Now, RepeatPolicy.ExcludeSeen), 50);
        Assert.DoesNotContain(items, item => item.Item >= 900);
    }

    [Fact]
    public void Answers_are_finite_ordered_with_ties_by_the_higher_item_id_without_duplicates_and_keep_to_the_policy_on_repeats() =>
        Gen.Select(Clicks, Sessions, Gen.Enum<RepeatPolicy>(), Gen.Int[1, 40]).Sample((clicks, session, repeats, wanted) =>
        {
            var items = Answer(Fit(Create(), clicks), new SessionQuery(session, Now, repeats), wanted);
            for (var i = 0; i < items.Length; i++)
            {
                if (!double.IsFinite(items[i].Score)) return false;
                if (i > 0 && !items[i - 1].IsBefore(items[i])) return false;
                if (repeats == RepeatPolicy.ExcludeCurrent && session.Length > 0 && items[i].Item == session[^1]) return false;
                if (repeats == RepeatPolicy.ExcludeSeen && session.Contains(items[i].Item)) return false;
            }

            return items.Select(item => item.Item).Distinct().Count() == items.Length;
        }, iter: 300);

    [Fact]
    public void A_shorter_answer_is_the_start_of_a_longer_one() =>
        Gen.Select(Clicks, Sessions, Gen.Int[1, 10]).Sample((clicks, session, wanted) =>
        {
            var recommender = Fit(Create(), clicks);
            var query = new SessionQuery(session, Now);
            return Answer(recommender, query, 40).Take(wanted).SequenceEqual(Answer(recommender, query, wanted));
        }, iter: 100);

    [Fact]
    public void Two_instances_with_the_same_clicks_answer_bit_equally_whatever_was_asked_between() =>
        Gen.Select(Clicks, Sessions).Sample((clicks, session) =>
        {
            var asked = Create();
            foreach (var click in clicks)
            {
                asked.Learn(click);
                Answer(asked, new SessionQuery([click.Item], click.Time), 3);
            }

            return SameAnswers(Fit(Create(), clicks), asked, session);
        }, iter: 100);

    [Fact]
    public void A_restored_one_answers_and_goes_on_learning_bit_equally_and_saves_the_same_bytes() =>
        Gen.Select(Clicks, Clicks, Sessions).Sample((before, after, session) =>
        {
            var original = Fit(Create(), before);
            var bytes = Save(original);
            var restored = Load(new BinaryReader(new MemoryStream(bytes)));
            if (!SameAnswers(original, restored, session) || !Save(restored).AsSpan().SequenceEqual(bytes)) return false;
            Fit(original, after);
            Fit(restored, after);
            return SameAnswers(original, restored, session) && Save(original).AsSpan().SequenceEqual(Save(restored));
        }, iter: 100);

    [Fact]
    public void Bytes_of_another_format_are_refused() =>
        Assert.Throws<InvalidDataException>(() => Load(new BinaryReader(new MemoryStream(BitConverter.GetBytes(9_999).Concat(new byte[64]).ToArray()))));

    [Fact]
    public void Memory_stays_bounded_when_sessions_and_items_never_end()
    {
        var recommender = Create();
        long Grow(int from, int to)
        {
            for (var i = from; i < to; i++) recommender.Learn(new Click((ulong)(i / 3), (ulong)(i / 2) * 7919, 1_000_000_000_000L + i));
            return recommender.AllocatedBytes;
        }

        var settled = Grow(0, 20_000);
        Assert.Equal(settled, Grow(20_000, 200_000));
    }

    [Fact]
    public void A_query_allocates_nothing()
    {
        var recommender = Fit(Create(), Sample(2_000));
        var scratch = new RecommendationScratch();
        var results = new ScoredItem[20];
        ulong[] session = [3, 5, 3, 9, 14];
        void Ask()
        {
            for (var i = 0; i < 200; i++) recommender.Recommend(new SessionQuery(session, Now, RepeatPolicy.Allow), scratch, results);
        }

        // The runtime itself allocates now and then while it compiles better code: the least of a few rounds is the query's own.
        var least = long.MaxValue;
        for (var round = 0; round < 10 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Ask();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void Scores_of_a_given_list_are_those_of_the_answer()
    {
        var recommender = Fit(Create(), Sample(400));
        var query = new SessionQuery([3, 5], Now, RepeatPolicy.Allow);
        var answer = Answer(recommender, query, 40);
        var scores = new double[answer.Length + 1];
        ulong[] list = [777_777, .. answer.Select(item => item.Item)];
        recommender.Score(query, list, new RecommendationScratch(), scores);
        Assert.Equal([0, .. answer.Select(item => item.Score)], scores);
        Assert.Throws<ArgumentException>(() => recommender.Score(new SessionQuery([3], Now), [1, 2], new RecommendationScratch(), new double[1]));
    }

    [Fact]
    public void Recommending_and_learning_refuse_a_missing_scratch() =>
        Assert.Throws<ArgumentNullException>(() => Create().Recommend(new SessionQuery([1], Now), null!, new ScoredItem[1]));

    protected static T Fit<T>(T recommender, IEnumerable<Click> clicks)
        where T : SessionRecommender
    {
        foreach (var click in clicks) recommender.Learn(click);
        return recommender;
    }

    protected static ScoredItem[] Answer(SessionRecommender recommender, SessionQuery query, int wanted)
    {
        var results = new ScoredItem[wanted];
        return results[..recommender.Recommend(query, new RecommendationScratch(), results)];
    }

    protected static byte[] Save(SessionRecommender recommender)
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        recommender.Save(writer);
        return stream.ToArray();
    }

    /// <summary>A fixed pseudo-random log of clicks: 40 items, sessions of about five.</summary>
    protected static Click[] Sample(int clicks)
    {
        var state = 17UL;
        var sample = new Click[clicks];
        for (var i = 0; i < clicks; i++)
        {
            state = (state * 6364136223846793005UL) + 1442695040888963407UL;
            sample[i] = new Click((ulong)(i / 5) + 1, (state >> 33) % 40, 1_000_000_000_000L + (i * 250L));
        }

        return sample;
    }

    private static bool SameAnswers(SessionRecommender a, SessionRecommender b, ulong[] session)
    {
        foreach (var repeats in Enum.GetValues<RepeatPolicy>())
        {
            if (!Answer(a, new SessionQuery(session, Now, repeats), 40).SequenceEqual(Answer(b, new SessionQuery(session, Now, repeats), 40))) return false;
        }

        return true;
    }
}
