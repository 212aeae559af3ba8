using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Personalization.Storage.Clustering;
using Personalization.TestKit;

namespace Personalization.Storage.Tests.Clustering;

/// <summary>Who is let in on Orleans' ports.</summary>
public sealed class ClusterHandshakeTests
{
    private const string Secret = "the same for all of us";

    public static TheoryData<string, bool, string, bool, bool> Pairs => new()
    {
        // The silo's secret and keys, the other's, and whether it is let in.
        { Secret, false, Secret, false, true },
        { Secret, true, Secret, true, true },
        { Secret, false, Secret, true, true },
        { Secret, true, Secret, false, false },
        { Secret, false, "another one altogether", false, false },
        { Secret, true, "another one altogether", true, false },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Only_who_knows_the_secret_is_let_in_and_no_gateway_without_keys_to_a_silo_with_keys(string siloSecret, bool siloHasKeys, string otherSecret, bool otherHasKeys, bool isLetIn)
    {
        var (inside, outside) = Connections();
        var (reachedSilo, reachedOther) = (false, false);
        var silo = Handshake(siloSecret, siloHasKeys).Listen(_ => Reached(ref reachedSilo), refusesKeyless: true)(inside);
        var other = Handshake(otherSecret, otherHasKeys).Open(_ => Reached(ref reachedOther))(outside);
        await silo.WaitAsync(Patience.Limit);
        if (isLetIn) await other.WaitAsync(Patience.Limit);
        else await Assert.ThrowsAsync<ConnectionAbortedException>(() => other.WaitAsync(Patience.Limit));
        Assert.Equal((isLetIn, isLetIn), (reachedSilo, reachedOther));
    }

    [Fact]
    public async Task A_secret_that_could_not_be_read_lets_nobody_in_and_is_read_again_by_the_next_connection()
    {
        var isDown = true;
        var listening = new ClusterHandshake(new ClusterSecret(() => isDown ? throw new TimeoutException("the store does not answer") : Secret, false), NullLogger<ClusterHandshake>.Instance);
        foreach (var isLetIn in new[] { false, true })
        {
            isDown = !isLetIn;
            var (inside, outside) = Connections();
            var (reachedSilo, reachedOther) = (false, false);
            var silo = listening.Listen(_ => Reached(ref reachedSilo), refusesKeyless: false)(inside);
            var other = Handshake(Secret, false).Open(_ => Reached(ref reachedOther))(outside);
            await silo.WaitAsync(Patience.Limit);
            if (isLetIn) await other.WaitAsync(Patience.Limit);
            else await Assert.ThrowsAsync<ConnectionAbortedException>(() => other.WaitAsync(Patience.Limit));
            Assert.Equal((isLetIn, isLetIn), (reachedSilo, reachedOther));
        }
    }

    [Fact]
    public async Task Silos_of_one_cluster_may_differ_in_keys_while_these_are_changed()
    {
        var (inside, outside) = Connections();
        var (reachedSilo, reachedOther) = (false, false);
        var silo = Handshake(Secret, true).Listen(_ => Reached(ref reachedSilo), refusesKeyless: false)(inside);
        await Handshake(Secret, false).Open(_ => Reached(ref reachedOther))(outside).WaitAsync(Patience.Limit);
        await silo.WaitAsync(Patience.Limit);
        Assert.True(reachedSilo && reachedOther);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("PZN1")]
    public async Task Whoever_speaks_another_language_hears_nothing_of_the_silo(string said)
    {
        var (inside, outside) = Connections();
        var reached = false;
        var silo = Handshake(Secret, false).Listen(_ => Reached(ref reached), refusesKeyless: true)(inside);
        await outside.Transport.Output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(said.PadRight(said.Length > 4 ? 37 : said.Length)));
        await outside.Transport.Output.CompleteAsync();
        await silo.WaitAsync(Patience.Limit);
        Assert.False(reached);
    }

    [Fact]
    public async Task What_one_connection_said_opens_no_other()
    {
        // A listener's own answer, sent back to it, is not the opener's.
        var (inside, outside) = Connections();
        var reached = false;
        var silo = Handshake(Secret, false).Listen(_ => Reached(ref reached), refusesKeyless: true)(inside);
        var hello = new byte[37];
        "PZN1"u8.CopyTo(hello);
        await outside.Transport.Output.WriteAsync(hello);
        var answer = await outside.Transport.Input.ReadAtLeastAsync(69);
        await outside.Transport.Output.WriteAsync(System.Buffers.BuffersExtensions.ToArray(answer.Buffer.Slice(37, 32)));
        await silo.WaitAsync(Patience.Limit);
        Assert.False(reached);
    }

    private static ClusterHandshake Handshake(string secret, bool hasKeys) => new(new ClusterSecret(() => secret, hasKeys), NullLogger<ClusterHandshake>.Instance);

    private static Task Reached(ref bool reached)
    {
        reached = true;
        return Task.CompletedTask;
    }

    private static (ConnectionContext Inside, ConnectionContext Outside) Connections()
    {
        var (there, back) = (new Pipe(), new Pipe());
        return (new DefaultConnectionContext("inside", new Duplex(there.Reader, back.Writer), new Duplex(back.Reader, there.Writer)),
            new DefaultConnectionContext("outside", new Duplex(back.Reader, there.Writer), new Duplex(there.Reader, back.Writer)));
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
