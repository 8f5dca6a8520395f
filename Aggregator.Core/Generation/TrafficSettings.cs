using Aggregator.Core.Records;

namespace Aggregator.Core.Generation;

/// <summary>What the traffic of an imagined IM system is like. The same settings give the same records, byte for byte.</summary>
public sealed record TrafficSettings
{
    /// <summary>Messages a second, on average over a day. Over 0, up to 10,000,000.</summary>
    public double Rate { get; init; } = 1_000;

    /// <summary>How many users there are; a few of them send and receive most. 2 to 100,000,000.</summary>
    public int Users { get; init; } = 100_000;

    /// <summary>When the first message can be sent, in ms since the epoch; 2000 to 2099.</summary>
    public long StartMs { get; init; } = 1_767_225_600_000;

    /// <summary>After that time no further message is sent; null for no such end.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>After that many messages no further one is sent; null for no such end.</summary>
    public long? Messages { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>Partitions of the latency topic, 1 to 100,000.</summary>
    public int LatencyPartitions { get; init; } = 4;

    /// <summary>Partitions of the ack topic, 1 to 100,000.</summary>
    public int AckPartitions { get; init; } = 4;

    /// <summary>Half of the messages take less than that, in ms; between regions it is 80 ms more. 1 to 60,000.</summary>
    public double MedianLatencyMs { get; init; } = 60;

    /// <summary>The standard deviation of the latency's logarithm. 0 to 3.</summary>
    public double LatencySpread { get; init; } = 0.5;

    /// <summary>The share of messages to sleeping phones, which take seconds. 0 to 1.</summary>
    public double TailShare { get; init; } = 0.01;

    /// <summary>The share of messages that nobody ever acknowledges; three of ten of them were received all the same. 0 to 1.</summary>
    public double LossShare { get; init; } = 0.008;

    /// <summary>The share of messages that are acknowledged with an error code, and not received. 0 to 1.</summary>
    public double ErrorShare { get; init; } = 0.012;

    /// <summary>The error codes and how often each comes in relation to the others.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> ErrorCodes { get; init; } =
        [new("E_OFFLINE", 70), new("E_TIMEOUT", 15), new("E_BLOCKED", 10), new("E_RATE_LIMIT", 5)];

    /// <summary>The share of records that are written twice. 0 to 1.</summary>
    public double DuplicateShare { get; init; } = 0.002;

    /// <summary>The share of received messages that are reported twice, at sending and again at receipt. 0 to 1.</summary>
    public double SplitShare { get; init; } = 0.05;

    /// <summary>The share of records that are written up to 5 s after the others of their time. 0 to 1.</summary>
    public double DisorderShare { get; init; } = 0.02;

    /// <summary>The share of records that are written 15 s to 2 min after the others of their time, most of them too late to count. 0 to 1.</summary>
    public double LateShare { get; init; } = 0.0005;

    /// <summary>The share of users whose clock is wrong. 0 to 1.</summary>
    public double SkewShare { get; init; } = 0.005;

    /// <summary>How far a wrong clock is ahead or behind at most. 0 to 1 h.</summary>
    public TimeSpan MaxSkew { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How much the rate swings over the day, with its peak at 20:00 UTC: 0 for not at all, 0.8 for 0.2 to 1.8 times <see cref="Rate"/>. 0 to 1.</summary>
    public double DailySwing { get; init; }

    /// <summary>The share of records that must be rejected, of every reason in turn, on top of the others. 0 to 0.5.</summary>
    public double BadShare { get; init; }

    /// <summary>The dimensions to write, of those in <see cref="KnownDimensions"/>.</summary>
    public IReadOnlyList<string> Dimensions { get; init; } = KnownDimensions;

    public IReadOnlyList<TrafficIncident> Incidents { get; init; } = [];

    /// <summary>The names of the fields in the JSON.</summary>
    public FieldNames Fields { get; init; } = new();

    /// <summary>The dimensions that the imagined system has.</summary>
    public static IReadOnlyList<string> KnownDimensions { get; } = ["region", "platform", "node"];

    /// <summary>Everything that cannot be generated, one sentence each; empty where all can.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        Within("the rate", Rate, double.Epsilon, 10_000_000, "over 0 and at most 10000000 messages a second");
        Within("the number of users", Users, 2, 100_000_000, "from 2 to 100000000");
        Within("the start", StartMs, 946_684_800_000, 4_102_444_799_999, "in the years 2000 to 2099 (milliseconds since the epoch)");
        Within("the number of messages", Messages ?? 1, 1, double.MaxValue, "at least 1");
        Within("the duration", Duration?.TotalMilliseconds ?? 1, 1, double.MaxValue, "at least 1 ms");
        Within("the number of partitions", LatencyPartitions, 1, 100_000, "from 1 to 100000");
        Within("the number of partitions", AckPartitions, 1, 100_000, "from 1 to 100000");
        Within("the median latency", MedianLatencyMs, 1, 60_000, "from 1 to 60000 ms");
        Within("the spread of the latency", LatencySpread, 0, 3, "from 0 to 3");
        Share("slow messages", TailShare);
        Share("lost messages", LossShare);
        Share("errors", ErrorShare);
        Share("lost messages and errors together", LossShare + ErrorShare);
        Share("duplicates", DuplicateShare);
        Share("messages reported twice", SplitShare);
        Share("records out of order", DisorderShare);
        Share("late records", LateShare);
        Share("records out of order and late ones together", DisorderShare + LateShare);
        Share("wrong clocks", SkewShare);
        Within("the greatest error of a clock", MaxSkew.TotalMilliseconds, 0, 3_600_000, "from 0 to 1 h");
        Within("the swing of the day", DailySwing, 0, 1, "from 0 to 1");
        Within("the share of bad records", BadShare, 0, 0.5, "from 0 to 0.5");
        if (ErrorCodes.Count is 0 or > byte.MaxValue || ErrorCodes.Any(code => code.Key.Length == 0 || !(code.Value > 0)))
        {
            problems.Add("1 to 255 error codes are needed, each with a weight over 0");
        }
        foreach (string dimension in Dimensions.Except(KnownDimensions))
        {
            problems.Add($"the dimension '{dimension}' is unknown; known are {string.Join(", ", KnownDimensions)}");
        }
        return problems;

        void Share(string what, double value) => Within($"the share of {what}", value, 0, 1, "from 0 to 1");

        void Within(string what, double value, double least, double most, string allowed)
        {
            if (!(value >= least && value <= most))
            {
                problems.Add(FormattableString.Invariant($"{what} is {value}; it must be {allowed}"));
            }
        }
    }
}
