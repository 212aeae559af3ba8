using Personalization.Algorithms.Recommendation;
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
}
