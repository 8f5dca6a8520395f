using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Aggregator.Core.Generation;
using Aggregator.Core.Records;

namespace Aggregator.Host.Traffic;

/// <summary>The options of the verb <c>generate</c>, and the traffic they describe.</summary>
public sealed class GenerateOptions
{
    private static readonly TrafficSettings Defaults = new();

    private readonly Option<double> _rate = Number("--rate", "N", Defaults.Rate, "Messages a second; each makes two records or so.");
    private readonly Option<int> _users = Number("--users", "N", Defaults.Users, "Users; a few of them send and receive most.");
    private readonly Option<TimeSpan?> _duration = Time("--duration", "Sends messages for that long (of event time): 90s, 5m, 1h30m.");
    private readonly Option<long?> _messages = new("--messages") { HelpName = "N", Description = "Sends that many messages." };
    private readonly Option<ulong> _seed = Number("--seed", "N", Defaults.Seed, "The same seed and options give the same records.");
    private readonly Option<long?> _start = Start();
    private readonly Option<int?> _partitions = new("--partitions")
    {
        HelpName = "N",
        Description = $"Partitions of each topic in a file, {Defaults.LatencyPartitions} if not given; Kafka's topics have their own.",
    };

    private readonly Option<double> _latency = Number("--latency", "MS", Defaults.MedianLatencyMs, "The median latency; between regions it is 80 ms more.");
    private readonly Option<double> _tail = Share("--tail", Defaults.TailShare, "Messages to sleeping phones, which take seconds.");
    private readonly Option<double> _loss = Share("--loss", Defaults.LossShare, "Messages that are never acknowledged.");
    private readonly Option<double> _errors = Share("--errors", Defaults.ErrorShare, "Messages that are acknowledged with an error code.");
    private readonly Option<double> _duplicates = Share("--duplicates", Defaults.DuplicateShare, "Records that are written twice.");
    private readonly Option<double> _split = Share("--split", Defaults.SplitShare, "Received messages that are reported at sending and again at receipt.");
    private readonly Option<double> _disorder = Share("--disorder", Defaults.DisorderShare, "Records that are written up to 5 s late.");
    private readonly Option<double> _late = Share("--late", Defaults.LateShare, "Records that are written 15 s to 2 min late.");
    private readonly Option<double> _skew = Share("--skew", Defaults.SkewShare, "Users whose clock is wrong.");
    private readonly Option<TimeSpan?> _maxSkew = Time("--max-skew", "How far a wrong clock is off at most; 5s if not given.");
    private readonly Option<double> _daily = Number("--daily", "SWING", Defaults.DailySwing, "Swing of the rate over the day, 0 to 1; its peak is at 20:00 UTC.");
    private readonly Option<double> _bad = Share("--bad", Defaults.BadShare, "Further records that must be rejected, of every reason.");
    private readonly Option<string> _dimensions = new("--dimensions")
    {
        HelpName = "LIST",
        Description = "Dimensions to write, with commas between; '' for none.",
        DefaultValueFactory = _ => string.Join(',', TrafficSettings.KnownDimensions),
    };

    private readonly Option<TrafficIncident[]> _incidents = Incidents();

    private GenerateOptions()
    {
    }

    /// <summary>The option <c>--incident</c>.</summary>
    public static Option<TrafficIncident[]> Incidents() => new("--incident")
    {
        HelpName = "KIND@START:DURATION",
        Description = $"Something that goes wrong, counted from the start: delivery-drop@5m:2m. Any number of times. Kinds: {string.Join(", ", TrafficIncident.KindNames)}.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => [.. result.Tokens.Select(token => Incident(token.Value, result)).OfType<TrafficIncident>()],
    };

    /// <summary>The option <c>--duration</c>.</summary>
    public static Option<TimeSpan?> Lasting(string description) => Time("--duration", description);

    /// <summary>Adds the options to the verb.</summary>
    public static GenerateOptions AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        GenerateOptions options = new();
        foreach (Option option in new Option[]
        {
            options._rate, options._users, options._duration, options._messages, options._seed, options._start, options._partitions, options._latency,
            options._tail, options._loss, options._errors, options._duplicates, options._split, options._disorder, options._late, options._skew,
            options._maxSkew, options._daily, options._bad, options._dimensions, options._incidents,
        })
        {
            command.Options.Add(option);
        }
        return options;
    }

    /// <summary>The traffic that the command line describes; where it does not say, the start is the one of the defaults.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="fields">The names of the fields.</param>
    /// <exception cref="CommandFailedException">It cannot be; every reason is named, exit code 2.</exception>
    public TrafficSettings Read(ParseResult parsed, FieldNames fields)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        TrafficSettings traffic = new()
        {
            Rate = parsed.GetValue(_rate),
            Users = parsed.GetValue(_users),
            Duration = parsed.GetValue(_duration),
            Messages = parsed.GetValue(_messages),
            Seed = parsed.GetValue(_seed),
            StartMs = parsed.GetValue(_start) ?? Defaults.StartMs,
            LatencyPartitions = parsed.GetValue(_partitions) ?? Defaults.LatencyPartitions,
            AckPartitions = parsed.GetValue(_partitions) ?? Defaults.AckPartitions,
            MedianLatencyMs = parsed.GetValue(_latency),
            TailShare = parsed.GetValue(_tail),
            LossShare = parsed.GetValue(_loss),
            ErrorShare = parsed.GetValue(_errors),
            DuplicateShare = parsed.GetValue(_duplicates),
            SplitShare = parsed.GetValue(_split),
            DisorderShare = parsed.GetValue(_disorder),
            LateShare = parsed.GetValue(_late),
            SkewShare = parsed.GetValue(_skew),
            MaxSkew = parsed.GetValue(_maxSkew) ?? Defaults.MaxSkew,
            DailySwing = parsed.GetValue(_daily),
            BadShare = parsed.GetValue(_bad),
            Dimensions = [.. parsed.GetValue(_dimensions)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            Incidents = parsed.GetValue(_incidents) ?? [],
            Fields = fields,
        };
        IReadOnlyList<string> problems = traffic.Problems();
        return problems.Count == 0 ? traffic : throw new CommandFailedException(
            problems.Count == 1 ? problems[0] : $"{problems.Count} things cannot be:\n  " + string.Join("\n  ", problems), ExitCode.Usage);
    }

    public bool HasStart(ParseResult parsed) => parsed.GetValue(_start) is not null;

    public bool HasPartitions(ParseResult parsed) => parsed.GetValue(_partitions) is not null;

    private static Option<T> Number<T>(string name, string helpName, T fallback, string description) =>
        new(name) { HelpName = helpName, Description = description, DefaultValueFactory = _ => fallback };

    private static Option<double> Share(string name, double fallback, string what) => Number(name, "SHARE", fallback, what + " A share, 0 to 1.");

    private static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        HelpName = "TIME",
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (TrafficIncident.TryParseTime(text, out TimeSpan time) && time > TimeSpan.Zero)
            {
                return time;
            }
            result.AddError($"{name} '{text}' must be a time over 0 such as 90s, 5m or 1h30m");
            return null;
        },
    };

    private static Option<long?> Start() => new("--start")
    {
        HelpName = "TIME",
        Description = "When the first message is sent: 2026-01-01T00:00:00Z, or milliseconds since 1970. If not given, that time for a file, now for Kafka; "
            + "with --pace none the traffic in Kafka ends now.",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long ms))
            {
                return ms;
            }
            if (text.Contains('T', StringComparison.Ordinal)
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
            {
                return time.ToUnixTimeMilliseconds();
            }
            result.AddError($"--start '{text}' must be a time such as 2026-01-01T00:00:00Z, or milliseconds since 1970");
            return null;
        },
    };

    private static TrafficIncident? Incident(string text, ArgumentResult result)
    {
        if (TrafficIncident.TryParse(text, out TrafficIncident? incident, out string? problem))
        {
            return incident;
        }
        result.AddError(problem);
        return null;
    }
}
