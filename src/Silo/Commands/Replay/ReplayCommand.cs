using System.CommandLine;
using System.CommandLine.Parsing;
using Personalization.Silo.Commands.Log;
using Personalization.Silo.Commands.Replay.Evaluation;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Replay;

/// <summary>
/// <c>replay</c>: sends the events of files to an engine over HTTP, as a producer would. Exit code 0: every event got its answer; 1: something was given up
/// or a file cannot be read, the reason is on the error stream.
/// </summary>
/// <remarks>
/// Event ids are <c>file:line</c>, so the same file sent again within the window for repeats (10 minutes) counts once. Lines that are no events, and events that
/// the engine rejects, are told by number and skipped. The last line on standard output is the summary.
/// </remarks>
public static class ReplayCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("file") { Description = "Files to replay, plain or gzip, one after the other.", Arity = ArgumentArity.OneOrMore };
        var format = new Option<ReplayFormat?>("--format") { Description = "What the lines mean; found out by the first line when not given.", HelpName = "rees46|taobao|sessions|events" };
        var batch = Positive("--batch", 500, "Events of a request, at most.");
        var concurrency = Positive("--concurrency", 4, "Requests under way at once. Events of one customer stay in order.");
        var rate = new Option<double?>("--rate") { Description = "Events a second, at most; as fast as the engine takes them when not given.", HelpName = "n" };
        rate.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is not > 0) result.AddError("--rate must be above 0");
        });
        var shuffle = Span("--shuffle", TimeSpan.Zero, "Send each event up to so much event time late, the delay drawn evenly, for example 30m.");
        var repeat = new Option<double>("--repeat") { Description = "The share of events that are sent twice, for example 0.3.", HelpName = "fraction" };
        repeat.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 1)) result.AddError("--repeat must be between 0 and 1");
        });
        var seed = new Option<ulong>("--seed") { Description = "Of the draws of --shuffle and --repeat.", DefaultValueFactory = _ => 1, HelpName = "n" };
        var skip = Count("--skip", "Leave so many events out at the beginning.");
        var take = Count("--take", "Send so many events and no more.");
        var patience = Span("--patience", new ReplayOptions().Patience, "How long nothing may be taken before the replay gives up.");
        var evaluate = new Option<bool>("--evaluate") { Description = "Predict, then learn: before each event ask for 20 recommendations, and tell how often its item was among them. Run the engine with Clock=Event." };
        var warm = Count("--warm", "With --evaluate: so many events are only learned, before the first prediction.");
        var columns = new ColumnOptions("customer", "item", "session", "time", "value");
        var engine = new EngineOptions();

        var command = new Command("replay", "Send the events of files to a running engine: REES46, Taobao UserBehavior, session files, or our own events as NDJSON.")
        {
            files, engine.Url, engine.Key, format, batch, concurrency, rate, shuffle, repeat, seed, skip, take, patience, evaluate, warm,
        };
        foreach (var option in columns.All) command.Options.Add(option);
        command.SetAction(async (arguments, cancellation) =>
        {
            var output = arguments.InvocationConfiguration.Output;
            var error = arguments.InvocationConfiguration.Error;
            try
            {
                var opened = ReplayFile.OpenAll(arguments.GetValue(files)!, arguments.GetValue(format), columns.Read(arguments));
                var options = new ReplayOptions
                {
                    Batch = arguments.GetValue(batch),
                    Concurrency = arguments.GetValue(concurrency),
                    Rate = arguments.GetValue(rate),
                    Patience = arguments.GetValue(patience),
                };
                var order = new ReplayOrder(arguments.GetValue(shuffle), arguments.GetValue(repeat), arguments.GetValue(seed), arguments.GetValue(skip) ?? 0, arguments.GetValue(take));
                using var http = engine.Connect(arguments, options.Concurrency);
                if (await OldEvents.Warning(opened, http, TimeProvider.System.GetUtcNow(), cancellation) is { } warning) await error.WriteLineAsync(warning);
                var showProgress = !Console.IsErrorRedirected;
                if (arguments.GetValue(evaluate)) return await new EvaluationRun(http, options, order, arguments.GetValue(warm) ?? 0, output, error).Run(opened, cancellation, showProgress);
                return await new ReplayRun(http, options, order, output, error).Run(opened, showProgress, cancellation);
            }
            catch (Exception fault) when (fault is ReplayException or TableException)
            {
                await error.WriteLineAsync(fault.Message);
                return 1;
            }
        });
        return command;
    }

    private static Option<int> Positive(string name, int value, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "n" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError($"{name} must be at least 1");
        });
        return option;
    }

    private static Option<long?> Count(string name, string description)
    {
        var option = new Option<long?>(name) { Description = description, HelpName = "n" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() < 0) result.AddError($"{name} must not be negative");
        });
        return option;
    }

    private static Option<TimeSpan> Span(string name, TimeSpan value, string description) => new(name)
    {
        Description = description,
        HelpName = "duration",
        DefaultValueFactory = _ => value,
        CustomParser = result =>
        {
            if (Duration.TryParse(result.Tokens[0].Value, out var span)) return span;
            result.AddError($"{name} must be a span of time such as 90s, 30m or 1h, but is '{result.Tokens[0].Value}'");
            return default;
        },
    };
}
