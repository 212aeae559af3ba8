using Personalization.Algorithms.Recommendation;
using Personalization.Engine.Churn;
using Personalization.Stores;

namespace Personalization.Engine.Profiles;

/// <summary>Takes what a fold tells the world beyond the profile. Called inside <see cref="ProfileFold.Apply"/>, in a deterministic order.</summary>
public interface IFoldSink
{
    /// <summary>A fact for the outbox, to be committed with the profile.</summary>
    void Emit(OutboxItem item);

    /// <summary>The name behind a hash that entered the profile. Called for every folded event, known names included: the sink drops repeats.</summary>
    void Name(ulong hash, string name);

    /// <summary>A click that the shared item indexes learn from; the sink makes one fact of those of a commit. Ignored where nobody learns.</summary>
    void Click(in Click click) { }

    /// <summary>P(alive) fell below the threshold: a fact for the outbox like any other, told apart for those who watch.</summary>
    void Crossed(in ChurnCrossed crossing) => Emit(crossing.ToItem());

    /// <summary>The customer bought something: what the profile knows of its purchases is told with the next commit. Ignored where nobody learns.</summary>
    void Purchased() { }
}
