using System.Diagnostics;
using Personalization.Load.Traffic;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Load.Hosting;

/// <summary>Events from inside the process, through <see cref="ILogAppender"/>: what is left when HTTP and JSON are taken away.</summary>
internal sealed class InProcessLoad(ILogAppender appender, EntryCodec codec, PartitionMap map)
{
    private const int FillGroup = 200;
    private const int EventsPerVisit = 10;
    private const long Minute = 60_000;

    /// <summary>Many callers, each with one event under way, until the time is over.</summary>
    public async Task<InProcessOutcome> Run(Population population, string run, int callers, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => Call(new Shoppers(population, run, caller), started, duration))));
        return new InProcessOutcome(outcomes.Sum(outcome => outcome.Accepted), outcomes.Sum(outcome => outcome.Refused), Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>
    /// Gives each of many customers the same number of events, spread over days in several visits, in the order of event time.
    /// </summary>
    public async Task<long> Fill(Population population, string run, int events, TimeSpan span)
    {
        var shoppers = new Shoppers(population, run, 0);
        var visits = ((events - 1) / EventsPerVisit) + 1;
        var last = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (EventsPerVisit * Minute);
        var sent = 0L;
        for (var number = 0; number < events; number++)
        {
            // The last visit has just been; a minute between two events.
            var before = visits - 1 - (number / EventsPerVisit);
            var time = last - (long)(span.TotalMilliseconds * before / visits) + (number % EventsPerVisit * Minute);
            for (var start = 0; start < population.Count; start += FillGroup)
            {
                var groups = new Dictionary<int, List<AppendItem>>();
                for (var customer = start; customer < Math.Min(start + FillGroup, population.Count); customer++)
                {
                    var click = shoppers.Next(customer, time + (customer % Minute));
                    var key = KeyOf(click);
                    var partition = map.PartitionOf(key);
                    if (!groups.TryGetValue(partition, out var items)) groups[partition] = items = [];
                    items.Add(new AppendItem(click.ToEntry(codec, key)));
                    sent++;
                }

                await Task.WhenAll(groups.Select(group => appender.Append(group.Key, group.Value).AsTask()));
            }
        }

        return sent;
    }

    private static CustomerKey KeyOf(in Click click) => CustomerKey.Create(CustomerKey.DefaultTenant, CustomerKeyKind.Customer, click.CustomerId);

    private async Task<(long Accepted, long Refused)> Call(Shoppers shoppers, long started, TimeSpan duration)
    {
        var accepted = 0L;
        var refused = 0L;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            var click = shoppers.Next();
            var key = KeyOf(click);
            try
            {
                await appender.Append(map.PartitionOf(key), [new AppendItem(click.ToEntry(codec, key))]);
                accepted++;
            }
            catch (LogUnavailableException)
            {
                // The queue is full: as an HTTP caller would, try another one later.
                refused++;
                await Task.Yield();
            }
        }

        return (accepted, refused);
    }
}
