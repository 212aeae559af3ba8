using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans.Serialization;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Events;
using Personalization.Gateway.Health;
using Personalization.Gateway.Hosting;
using Personalization.Log;
using Personalization.Models;
using Personalization.Stores;

namespace Personalization.Gateway.Tests.Hosting;

/// <summary>The whole gateway on a server in memory, with fakes in place of log, documents and grains, and a clock that stands still.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly WebApplication _app;

    private TestGateway(WebApplication app, PersonalizationOptions options)
    {
        _app = app;
        Options = options;
        Client = app.GetTestClient();
    }

    public PersonalizationOptions Options { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public FakeLog Log => (FakeLog)Services.GetRequiredService<ILogAppender>();

    public Replicas Replicas => Services.GetRequiredService<Replicas>();

    public FakeDocuments Documents => (FakeDocuments)Services.GetRequiredService<IDocumentStore>();

    public FakeGrains Grains => (FakeGrains)Services.GetRequiredService<IGrainFactory>();

    public FakeTimeProvider Time => (FakeTimeProvider)Services.GetRequiredService<TimeProvider>();

    public static async Task<TestGateway> Start(Action<PersonalizationOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var options = new PersonalizationOptions { Partitions = 4 };
        configure?.Invoke(options);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSerializer(serializer => serializer.AddAssembly(typeof(CustomerEvent).Assembly));
        var log = new FakeLog();
        builder.Services.AddSingleton<ILogAppender>(log);
        builder.Services.AddSingleton<IPartitionLog>(log);
        builder.Services.AddSingleton<IDocumentStore>(new FakeDocuments());
        builder.Services.AddSingleton<Replicas>();
        builder.Services.AddSingleton<IGrainFactory>(new FakeGrains());
        builder.Services.AddSingleton<CustomerGrains, FakeCustomerGrains>();
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));
        services?.Invoke(builder.Services);
        builder.Services.AddPersonalizationGateway(options, builder.Configuration);
        var app = builder.Build();
        app.MapPersonalizationGateway();
        await app.StartAsync();
        return new TestGateway(app, options);
    }

    /// <summary>Asks every partition's owner once, as the monitor does four times a second.</summary>
    public Task PollOwners() => Services.GetRequiredService<PartitionMonitor>().Poll(CancellationToken.None);

    /// <summary>The entries in the log, read back.</summary>
    public IReadOnlyList<Entry> Entries =>
        [.. Log.Items.Select((item, index) => Services.GetRequiredService<EntryCodec>().Read(new LogEntry(index + 1, 0, item.Bytes)))];

    /// <summary>The only entry's event.</summary>
    public CustomerEvent SingleEvent => (CustomerEvent)Assert.Single(Entries).Payload;

    public async Task<Answer> Send(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value)) content!.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, text, response.Content.Headers.ContentType?.ToString(), response.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> Get(string path, params (string, string)[] headers) => Send(HttpMethod.Get, path, null, headers);

    public Task<Answer> Post(string path, string body, string type = "application/json") => Send(HttpMethod.Post, path, Body(body, type));

    public Task<Answer> PostEvents(string body, string type = "application/json") => Post("/v1/events", body, type);

    public static HttpContent Body(string text, string type = "application/json") => Body(Encoding.UTF8.GetBytes(text), type);

    public static HttpContent Body(byte[] bytes, string type = "application/json")
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>An answer, read to its end.</summary>
internal sealed record Answer(int Status, string Text, string? ContentType, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonElement.Parse(Text);

    /// <summary>The detail of a problem, after checking that it is one.</summary>
    public string Problem
    {
        get
        {
            Assert.StartsWith("application/problem+json", ContentType, StringComparison.Ordinal);
            Assert.Equal(Status, Json.GetProperty("status").GetInt32());
            return Json.GetProperty("detail").GetString()!;
        }
    }
}
