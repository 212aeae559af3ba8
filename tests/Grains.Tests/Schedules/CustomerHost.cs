using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Grains.Customers;
using Personalization.Partitions;

namespace Personalization.Grains.Tests.Schedules;

/// <summary>Stands in for the actor runtime: finds or makes a customer's activation for each call, and loses it when told to.</summary>
internal sealed class CustomerHost(Func<CustomerServices> services, Faults faults)
{
    private readonly Dictionary<CustomerKey, Activation> _present = [];
    private readonly Dictionary<CustomerKey, Activation> _second = [];
    private readonly Dictionary<CustomerKey, TaskCompletionSource> _hung = [];

    public ICustomerGrain Get(CustomerKey customer, Line line) => new Proxy(this, customer, line);

    public void Kill(CustomerKey customer)
    {
        if (_present.Remove(customer, out var activation)) activation.IsGone = true;
    }

    public void Second(CustomerKey customer)
    {
        if (_present.Remove(customer, out var activation)) _second[customer] = activation;
    }

    /// <summary>The two activations of a customer that is in memory twice.</summary>
    public (CustomerActor First, CustomerActor Second) Fork(CustomerKey customer)
    {
        if (!_present.ContainsKey(customer)) _present.Add(customer, new Activation(new CustomerActor(customer, services())));
        if (!_second.ContainsKey(customer)) _second.Add(customer, new Activation(new CustomerActor(customer, services())));
        return (_present[customer].Actor, _second[customer].Actor);
    }

    /// <summary>The activation of a customer that is in memory once.</summary>
    public CustomerActor Present(CustomerKey customer)
    {
        if (!_present.TryGetValue(customer, out var activation)) _present.Add(customer, activation = new Activation(new CustomerActor(customer, services())));
        return activation.Actor;
    }

    public void Hang(CustomerKey customer) => _hung.TryAdd(customer, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Wake(CustomerKey customer)
    {
        if (_hung.Remove(customer, out var gate)) gate.SetResult();
    }

    public void Heal()
    {
        foreach (var customer in _hung.Keys.ToList()) Wake(customer);
        foreach (var activation in _second.Values) activation.IsGone = true;
        _second.Clear();
    }

    /// <summary>Makes a call to the customer's activation, or to either of two.</summary>
    public async ValueTask<T> Call<T>(CustomerKey customer, Func<CustomerActor, Task<T>> call)
    {
        if (_hung.TryGetValue(customer, out var gate)) await gate.Task;
        if (!_second.TryGetValue(customer, out var activation) || faults.Draw(2) == 0)
        {
            if (!_present.TryGetValue(customer, out activation)) _present.Add(customer, activation = new Activation(new CustomerActor(customer, services())));
        }

        var result = await call(activation.Actor);
        return activation.IsGone ? throw new InjectedFaultException($"the activation of {customer} is gone") : result;
    }

    private sealed class Activation(CustomerActor actor)
    {
        public CustomerActor Actor { get; } = actor;

        public bool IsGone { get; set; }
    }

    private sealed class Proxy(CustomerHost host, CustomerKey customer, Line line) : ICustomerGrain
    {
        public Task<ApplyReply> Apply(ApplyRequest request) => Pass(Boundary.Apply, actor => actor.Apply(request));

        public Task<CollectReply> Collect(CollectRequest request) => Pass(Boundary.Collect, actor => actor.Collect(request));

        public Task Acknowledge(Acknowledgement acknowledgement) => Pass(Boundary.Acknowledge, async actor =>
        {
            await actor.Acknowledge(acknowledgement);
            return true;
        });

        public Task<ProfileReply> GetProfile(ProfileQuery query) => throw new NotSupportedException();

        public Task<ChurnReply> GetChurn(ChurnQuery query) => throw new NotSupportedException();

        public Task<RecommendationReply> Recommend(RecommendationQuery query) => throw new NotSupportedException();

        public Task<DecisionReply> Decide(DecisionRequest request) => throw new NotSupportedException();

        public Task<RewardOutcome> GiveReward(RewardRequest request) => throw new NotSupportedException();

        public Task Watch(ICustomerObserver observer) => throw new NotSupportedException();

        public Task Unwatch(ICustomerObserver observer) => throw new NotSupportedException();

        private Task<T> Pass<T>(Boundary at, Func<CustomerActor, Task<T>> call) => line.Pass(at, () => host.Call(customer, call));
    }
}
