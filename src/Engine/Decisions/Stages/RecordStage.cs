using System.Buffers;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Policies;

namespace Personalization.Engine.Decisions.Stages;

/// <summary>The record: what could have been chosen, and each choice with all that rewards, models and estimators need of it.</summary>
internal static class RecordStage
{
    /// <summary>The candidates of the first place in the order of the draw, the likeliest <see cref="DecisionMade.MaxCandidates"/> of them; of equally likely ones the first.</summary>
    public static byte[] Pack(ActionModel model, Candidates candidates)
    {
        var probabilities = candidates.Probabilities;
        var floor = probabilities[0];
        foreach (var probability in probabilities) floor = Math.Min(floor, probability);
        var rows = Math.Min(probabilities.Length, DecisionMade.MaxCandidates);
        var (least, ties) = rows < probabilities.Length ? Cut(probabilities, floor, rows) : (floor, rows);
        Span<double> weights = stackalloc double[DecisionMade.MaxCandidates];
        var packer = new CandidateRows.Packer(rows, floor, weights);
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] < least || (probabilities[i] == least && --ties < 0)) continue;
            packer.Add(candidates.Actions[i].Definition.ActionId, model.Reward(candidates.Means[i]), candidates.Worth[i], probabilities[i]);
        }

        return packer.Finish();
    }

    /// <summary>A choice.</summary>
    public static DecisionChoice Choice(DecisionQuestion question, Candidates candidates, int index, ReadOnlySpan<double> features, double scale, double propensity, double draw)
    {
        var model = question.Model;
        var action = candidates.Actions[index];
        var mean = candidates.Means[index];
        var shared = model.Score(action.Hash, features);
        var (tried, resolved) = model.Counts(action.Hash);
        return new DecisionChoice
        {
            Id = action.Definition.ActionId,
            Propensity = propensity,
            Draw = draw,
            Score = model.Reward(mean),
            Weight = candidates.Worth[index],
            SharedScore = shared,
            Group = candidates.Groups[index],
            Factors = ExplanationStage.Run(question, action, features, scale, shared, mean),
            Tried = tried,
            Resolved = resolved,
        };
    }

    /// <summary>The least probability on record, and how many candidates of just that one are.</summary>
    private static (double Least, int Ties) Cut(ReadOnlySpan<double> probabilities, double floor, int rows)
    {
        var above = 0;
        foreach (var probability in probabilities)
        {
            if (probability > floor) above++;
        }

        // As a rule only a shortlist stands above the floor, and nothing need be sorted.
        if (above <= rows) return (floor, rows - above);
        var rented = ArrayPool<double>.Shared.Rent(probabilities.Length);
        var sorted = rented.AsSpan(0, probabilities.Length);
        probabilities.CopyTo(sorted);
        sorted.Sort();
        var least = sorted[^rows];
        var ties = 0;
        for (var i = sorted.Length - rows; i < sorted.Length && sorted[i] == least; i++) ties++;
        ArrayPool<double>.Shared.Return(rented);
        return (least, ties);
    }
}
