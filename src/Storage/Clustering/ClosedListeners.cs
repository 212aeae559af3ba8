using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Personalization.Storage.Clustering;

/// <summary>Keeps a silo that talks to itself only from listening on any port.</summary>
public static class ClosedListeners
{
    /// <summary>Opens none of the silo's ports but one, if one is named.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="open">The port that is opened all the same; 0 = none.</param>
    public static ISiloBuilder ListenOnlyOn(this ISiloBuilder silo, int open = 0)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var services = silo.Services;
        // Orleans has one factory for its silo port and one for its gateway port, under keys that it keeps to itself.
        for (var i = 0; i < services.Count; i++)
        {
            if (services[i] is not { IsKeyedService: true } original || original.ServiceType != typeof(IConnectionListenerFactory)) continue;
            services[i] = ServiceDescriptor.KeyedSingleton<IConnectionListenerFactory>(
                original.ServiceKey, (provider, key) => new Factory(open, () => (IConnectionListenerFactory)original.KeyedImplementationFactory!(provider, key)));
        }

        return silo;
    }

    private sealed class Factory(int open, Func<IConnectionListenerFactory> sockets) : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            open > 0 && endpoint is IPEndPoint ip && ip.Port == open ? sockets().BindAsync(endpoint, cancellationToken) : ValueTask.FromResult<IConnectionListener>(new Closed(endpoint));
    }

    /// <summary>A listener to which nobody ever comes.</summary>
    private sealed class Closed(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint { get; } = endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => await _unbound.Task.WaitAsync(cancellationToken).ConfigureAwait(false);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
