using System.Collections.Concurrent;
using Personalization.Models;

namespace Personalization.Gateway.Tests.Hosting;

/// <summary>A learner that only keeps what it was asked to forget.</summary>
internal sealed class FakeLearner : ILearnerGrain
{
    public ConcurrentQueue<string> Resets { get; } = new();

    public Exception? Fault { get; set; }

    public Task<LearnerStatus> Ensure() => Task.FromResult(new LearnerStatus());

    public Task<ModelChanges> ReadChanges(ModelCursor have) => throw new NotSupportedException();

    public Task Reset(string part)
    {
        if (Fault is not null) throw Fault;
        Resets.Enqueue(part);
        return Task.CompletedTask;
    }

    public Task<bool> Drain(TimeSpan atMost) => Task.FromResult(true);
}
