using System.Collections.Concurrent;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Partitions;

namespace Personalization.Gateway.Tests.Hosting;

/// <summary>A customer whose answers a test sets, and who keeps what it was asked.</summary>
internal sealed class FakeCustomer(string key) : ICustomerGrain
{
    public ConcurrentQueue<ProfileQuery> Queries { get; } = new();

    public ConcurrentDictionary<ICustomerObserver, int> Watchers { get; } = new();

    public Func<ProfileQuery, ProfileReply> Answer { get; set; } = query => new ProfileReply
    {
        Profile = new ProfileView { CustomerId = CustomerKey.Parse(key).PublicId, At = query.At ?? 0 },
        CaughtUp = true,
        AfterFound = query.After is null ? null : true,
    };

    public TaskCompletionSource<ICustomerObserver> Watched { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Unwatched { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ProfileReply> GetProfile(ProfileQuery query)
    {
        Queries.Enqueue(query);
        return Task.FromResult(Answer(query));
    }

    public ConcurrentQueue<ChurnQuery> ChurnQueries { get; } = new();

    public Func<ChurnQuery, ChurnReply> AnswerChurn { get; set; } = query => new ChurnReply
    {
        Churn = new ChurnView { CustomerId = CustomerKey.Parse(key).PublicId, At = query.At ?? 0, Basis = ChurnBasis.Activity },
        CaughtUp = true,
        AfterFound = query.After is null ? null : true,
    };

    public Task<ChurnReply> GetChurn(ChurnQuery query)
    {
        ChurnQueries.Enqueue(query);
        return Task.FromResult(AnswerChurn(query));
    }

    public ConcurrentQueue<RecommendationQuery> RecommendationQueries { get; } = new();

    public Func<RecommendationQuery, RecommendationReply> AnswerRecommend { get; set; } = query => new RecommendationReply
    {
        At = query.At ?? 0,
        CaughtUp = true,
        AfterFound = query.After is null ? null : true,
    };

    public Task<RecommendationReply> Recommend(RecommendationQuery query)
    {
        RecommendationQueries.Enqueue(query);
        return Task.FromResult(AnswerRecommend(query));
    }

    public ConcurrentQueue<DecisionRequest> DecisionRequests { get; } = new();

    public Func<DecisionRequest, DecisionReply> AnswerDecide { get; set; } = request => new DecisionReply { Decision = new DecisionMade { Slot = request.Slot }, At = request.At ?? request.Now, CaughtUp = true };

    public Task<DecisionReply> Decide(DecisionRequest request)
    {
        DecisionRequests.Enqueue(request);
        return Task.FromResult(AnswerDecide(request));
    }

    public ConcurrentQueue<RewardRequest> RewardRequests { get; } = new();

    public Func<RewardRequest, RewardOutcome> AnswerReward { get; set; } = _ => RewardOutcome.Applied;

    public Task<RewardOutcome> GiveReward(RewardRequest request)
    {
        RewardRequests.Enqueue(request);
        return Task.FromResult(AnswerReward(request));
    }

    public Task Watch(ICustomerObserver observer)
    {
        Watchers.AddOrUpdate(observer, 1, (_, count) => count + 1);
        Watched.TrySetResult(observer);
        return Task.CompletedTask;
    }

    public Task Unwatch(ICustomerObserver observer)
    {
        Watchers.TryRemove(observer, out _);
        Unwatched.TrySetResult();
        return Task.CompletedTask;
    }

    public Task<ApplyReply> Apply(ApplyRequest request) => throw new NotSupportedException();

    public Task<CollectReply> Collect(CollectRequest request) => throw new NotSupportedException();

    public Task Acknowledge(Acknowledgement acknowledgement) => throw new NotSupportedException();
}
