using Microsoft.Extensions.Hosting;
using Personalization.Engine.Models;
using Personalization.Models;

namespace Personalization.Grains.Models;

/// <summary>The mailbox of a <see cref="Learner"/>, which runs beside it on the thread pool: learning never holds up the replicas' questions.</summary>
internal sealed class LearnerGrain(IEnumerable<ModelDefinition> definitions, LearnerServices services, ILocalSiloDetails silo, IHostApplicationLifetime host) : Grain, ILearnerGrain, IDisposable
{
    private static readonly TimeSpan PollLimit = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private Learner _learner = null!;
    private CancellationTokenSource _polls = new();
    private Task _work = Task.CompletedTask;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var name = this.GetPrimaryKeyString();
        var definition = definitions.FirstOrDefault(definition => definition.Name == name) ?? throw new InvalidOperationException($"there is no model '{name}' on this silo");
        _learner = new Learner(definition, services);
        // A silo that stops waits for calls under way: long polls end as soon as it is told to.
        _polls = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, host.ApplicationStopping);
        _work = Task.Run(() => _learner.Run(_stop.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _work.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose()
    {
        _polls.Dispose();
        _stop.Dispose();
    }

    public Task<LearnerStatus> Ensure() => Task.FromResult(_learner.Status with { Silo = silo.SiloAddress.ToParsableString() });

    public Task<ModelChanges> ReadChanges(ModelCursor have) => _learner.Changes.Read(have, PollLimit, _polls.Token);

    public Task Reset(string part) => _learner.Reset(part, _stop.Token);

    public Task<bool> Drain(TimeSpan atMost) => _learner.Drain(atMost, _stop.Token);
}
