using Personalization.Silo.Commands.Replay.Evaluation;

namespace Personalization.Silo.Tests.Replay.Evaluation;

public sealed class NextItemJudgeTests
{
    private readonly NextItemJudge _judge = new(2);

    [Fact]
    public void A_case_is_a_repeat_known_to_others_or_unseen_by_what_came_before_it()
    {
        _judge.Learn("ann", "a");
        _judge.Learn("bob", "b");
        Assert.Equal(NextItemCase.Repeat, _judge.Judge("ann", "a", []));
        Assert.Equal(NextItemCase.KnownNew, _judge.Judge("ann", "b", []));
        Assert.Equal(NextItemCase.Unseen, _judge.Judge("ann", "c", []));
        Assert.Equal(3, _judge.ScoreOf(0).Cases);
    }

    [Fact]
    public void Hits_count_within_the_cutoff_and_by_their_rank()
    {
        _judge.Judge("ann", "c", ["x", "c", "y"]);
        _judge.Judge("ann", "y", ["x", "c", "y"]);
        var score = _judge.ScoreOf(0, NextItemCase.Unseen);
        Assert.Equal((2, 0.5, 0.25), (score.Cases, score.HitRate, score.MeanReciprocalRank));
    }

    [Fact]
    public void The_references_are_the_customers_last_items_and_the_items_of_most_events()
    {
        foreach (var item in new[] { "a", "b", "c", "b", "c", "c" }) _judge.Learn("ann", item);
        // Last items of ann: c, b, a; popular: c, b.
        _judge.Judge("ann", "b", []);
        _judge.Judge("ann", "a", []);
        _judge.Judge("bob", "c", []);
        Assert.Equal((3, 1, 0.5), Sums(1));
        Assert.Equal((3, 2, 1.5), Sums(2));
        _judge.Learn("bob", "a");
        _judge.Learn("bob", "a");
        _judge.Learn("bob", "a");
        _judge.Judge("new", "a", []);
        Assert.Equal((4, 3, 2.5), Sums(2));
    }

    private (int, int, double) Sums(int predictor)
    {
        var score = _judge.ScoreOf(predictor);
        return (score.Cases, score.Hits, score.ReciprocalRanks);
    }
}
