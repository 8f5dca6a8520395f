using System.Globalization;
using System.Text;
using Aggregator.Core.Generation;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>
/// One life after another of the real program on the same topics and group, and the comparison at the end: all that they published against what
/// <c>replay</c> makes of the same records.
/// </summary>
internal sealed class Lives : IAsyncDisposable
{
    public const int EventMsOfChunk = 10_000;

    /// <summary>Never idle: the event time of the traffic is a day behind the clock, which must not take over.</summary>
    private const int NeverIdleSeconds = 3_600;

    /// <summary>However much was written before the start.</summary>
    private const int MostMemoryMiB = 512;

    private readonly string _context;
    private readonly int _seed;
    private readonly double _rate;
    private TrafficGenerator _traffic;
    private long _eventMs = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds();
    private int _life;

    private Lives(TestTopics topics, int seed, string context, double rate)
    {
        Topics = topics;
        _context = $"seed {seed}, {context}, files in {topics.Folder}";
        _seed = seed;
        _rate = rate;
        _traffic = Traffic(topics.Partitions);
    }

    public TestTopics Topics { get; }

    /// <summary>Each life writes a file of its own, so that windows published twice can be compared; else all append to one.</summary>
    public bool HasFileOfItsOwn { get; init; }

    /// <summary>Where the program finds the broker, if not where the records are written.</summary>
    public string? Servers { get; init; }

    /// <summary>Further settings of the program.</summary>
    public string[] Settings { get; init; } = [];

    /// <summary>Lines that more than one life published, with the same values.</summary>
    public int Repeated { get; private set; }

    /// <summary>Lines that <c>replay</c> writes.</summary>
    public int Lines { get; private set; }

    /// <summary>Where the life that was started last writes.</summary>
    public string Output => Topics.File(string.Create(CultureInfo.InvariantCulture, $"out-{(HasFileOfItsOwn ? _life : 0):00000}.jsonl"));

    public static async Task<Lives> CreateAsync(
        string servers, int partitions, int seed, string context, bool hasFileOfItsOwn = true, string[]? settings = null, string? programServers = null,
        double rate = 200) =>
        new(await TestTopics.CreateAsync(servers, partitions), seed, context, rate) { HasFileOfItsOwn = hasFileOfItsOwn, Settings = settings ?? [], Servers = programServers };

    /// <summary>Writes more traffic: 10 s of event time, or a part of them.</summary>
    public async Task WriteAsync(double share = 1)
    {
        _eventMs += (long)(EventMsOfChunk * share);
        await Topics.WriteAsync(_traffic, _eventMs);
    }

    /// <summary>Adds partitions to both topics; what is written from now on goes to all of them.</summary>
    public async Task GrowAsync(int partitions)
    {
        await Topics.GrowAsync(partitions);
        // Beyond what wrong clocks put behind: what a new partition has of windows that are published is late, and in a replay it is not.
        _eventMs += EventMsOfChunk;
        _traffic = Traffic(partitions);
    }

    public AggregatorProcess Start() => Start(NeverIdleSeconds);

    /// <summary>A last life that is let go on until all is published; then all is compared.</summary>
    public async Task FinishAsync()
    {
        string[] expected = await Topics.ReplayAsync(Aggregation(NeverIdleSeconds));
        await using (AggregatorProcess last = Start(2))
        {
            long bound = Environment.TickCount64 + 120_000;
            while (Files().SelectMany(WholeLines).Distinct().Count() < expected.Length && Environment.TickCount64 < bound && !last.HasEnded)
            {
                await Task.Delay(200);
            }
            double peakMiB = last.HasEnded ? 0 : last.MemoryMiB("VmHWM");
            Assert.True(peakMiB < MostMemoryMiB, $"{_context}: {peakMiB:0} MiB at the peak");
            (int code, TimeSpan took) = await last.TerminateAsync(AggregatorProcess.StopBound);
            Assert.True(code == 0, $"{_context}: exit code {code} after {took}:\n{last.Text}");
        }
        Compare(expected);
        Topics.IsDone = true;
    }

    public ValueTask DisposeAsync() => Topics.DisposeAsync();

    private AggregatorProcess Start(int idleSeconds)
    {
        _life++;
        string[] servers = Servers is null ? [] : ["Kafka:BootstrapServers=" + Servers];
        return AggregatorProcess.Start(
            ["run", "--web.listen-address", "127.0.0.1:0", "--output", Output, .. Topics.Arguments([.. Aggregation(idleSeconds), "Kafka:SessionTimeout=00:00:01", .. servers, .. Settings])]);
    }

    // Other messages for each number of partitions.
    private TrafficGenerator Traffic(int partitions) => new(new TrafficSettings
    {
        Seed = (ulong)(_seed + (1_000_000 * partitions)), StartMs = _eventMs, Rate = _rate, Users = 300, LatencyPartitions = partitions, AckPartitions = partitions,
        LateShare = 0.01, DuplicateShare = 0.02, DisorderShare = 0.05, BadShare = 0.01,
    });

    private static string[] Aggregation(int idleSeconds) =>
    [
        "Aggregation:Window=00:00:01", "Aggregation:AckTimeout=00:00:02", "Aggregation:Lateness=00:00:01", "Aggregation:Groups=[[\"region\"]]",
        "Aggregation:IdleTimeout=" + TimeSpan.FromSeconds(idleSeconds).ToString("c", CultureInfo.InvariantCulture),
    ];

    private void Compare(string[] expected)
    {
        Dictionary<string, int> places = expected.Select((line, i) => (line, i)).ToDictionary(pair => pair.line, pair => pair.i);
        int[] seen = new int[expected.Length];
        foreach (string file in Files())
        {
            int last = -1;
            foreach (string line in WholeLines(file))
            {
                Assert.True(places.TryGetValue(line, out int place), $"{_context}: {file} has a line that replay does not have:\n{line}\n{Near(expected, line)}");
                Assert.True(place > last, $"{_context}: {file} has a line twice or out of order:\n{line}");
                last = place;
                seen[place]++;
            }
        }
        int missing = Array.IndexOf(seen, 0);
        Assert.True(missing < 0, missing < 0 ? "" : $"{_context}: no life published\n{expected[missing]}");
        Repeated = seen.Count(times => times > 1);
        Lines = expected.Length;
    }

    private static string Near(string[] expected, string line)
    {
        string window = line[..line.IndexOf(',', StringComparison.Ordinal)];
        return "replay: " + string.Join('\n', expected.Where(known => known.StartsWith(window, StringComparison.Ordinal)));
    }

    private string[] Files() => [.. Directory.GetFiles(Topics.Folder, "out-*.jsonl").Order(StringComparer.Ordinal)];

    /// <summary>The whole lines of a file; the last one may have broken off, where no later life mended it.</summary>
    private static string[] WholeLines(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream, Encoding.UTF8);
        string text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
