namespace Personalization.Algorithms.Recommendation.Mixing;

internal sealed class MixWorkspace
{
}
