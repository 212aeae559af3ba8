using Personalization.Algorithms.Recommendation.NearestNeighbours;

namespace Personalization.Algorithms.Recommendation;

/// <summary>What <see cref="NextItemBacktest"/> found.</summary>
/// <param name="Entries">The methods: VMIS-kNN, sequential rules, co-visitation, trending, and the mix last.</param>
/// <param name="Best">The method with the largest NDCG on the last day of training; the test had no say.</param>
/// <param name="Neighbours">The variant of VMIS-kNN that the last day chose.</param>
/// <param name="LastDaySessions">How many sessions the last day of training had.</param>
public sealed record NextItemBacktestReport(IReadOnlyList<NextItemBacktestEntry> Entries, string Best, VmisKnnOptions Neighbours, int LastDaySessions);

/// <summary>One method of a back-test.</summary>
/// <param name="Recommender">The method, having learned all of training.</param>
/// <param name="LastDay">Its figures on the last day of training; those of the mix are progressive, each case predicted before it was
/// learned.</param>
/// <param name="Test">Its figures on the test.</param>
public sealed record NextItemBacktestEntry(SessionRecommender Recommender, NextItemResult LastDay, NextItemResult Test);
