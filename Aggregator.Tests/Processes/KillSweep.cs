using System.Globalization;
using System.Text;
using Aggregator.Core.Generation;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>
/// One life after another of the real program on the same topics and group, each ended by SIGKILL (one in ten by SIGTERM) at some point, while traffic
/// goes on. At the end everything that was published is held against what <c>replay</c> makes of the same records.
/// </summary>
/// <param name="servers">The broker.</param>
/// <param name="seed">Of the points, the order of things, and the traffic.</param>
/// <param name="lane">Sweeps of different kinds run side by side.</param>
/// <param name="log">Takes progress.</param>
internal sealed class KillSweep(string servers, int seed, int lane, Action<string> log)
{
    // The broker's minimum.
    private const int SessionMs = 1_000;
    private const int EventMsOfRound = 10_000;
    private const int EndedIdle = 2;

    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(HashCode.Combine(seed, lane));
    private readonly SortedDictionary<string, int> _points = [];

    /// <summary>Whether each life writes a file of its own, so that windows published twice can be compared; else all append to one.</summary>
    private bool HasFileOfItsOwn => lane % 2 == 1;

    /// <summary>Whether the member bears the same name in each life, so that the group does not wait for the dead one.</summary>
    private bool IsStaticMember => lane % 4 >= 2;

    public int Kills { get; private set; }

    public int Stops { get; private set; }

    /// <summary>Windows that more than one life published, with the same values.</summary>
    public int Repeated { get; private set; }

    public int Lines { get; private set; }

    public IReadOnlyDictionary<string, int> Points => _points;

    public async Task RunAsync(int kills)
    {
        await using TestTopics topics = await TestTopics.CreateAsync(servers, 1 + _random.Next(4));
        // A day ago: the event time of the traffic must stay behind the clock, however many lives there are.
        long eventMs = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds();
        TrafficGenerator traffic = new(new TrafficSettings
        {
            Seed = (ulong)seed + (ulong)lane, StartMs = eventMs, Rate = 200, Users = 300, LatencyPartitions = topics.Partitions, AckPartitions = topics.Partitions,
            LateShare = 0.01, DuplicateShare = 0.02, DisorderShare = 0.05, BadShare = 0.01,
        });
        int life = 0;
        for (; Kills < kills; life++)
        {
            eventMs += EventMsOfRound;
            await LiveAsync(topics, traffic, life, eventMs);
            if (life % 50 == 49)
            {
                log($"lane {lane}: {Kills} kills, {Stops} stops");
            }
        }
        string[] expected = await topics.ReplayAsync(Settings(60));
        await FinishAsync(topics, life, expected.Length);
        Compare(topics, expected);
        topics.IsDone = true;
    }

    private async Task LiveAsync(TestTopics topics, TrafficGenerator traffic, int life, long untilMs)
    {
        bool isBacklog = _random.Next(2) == 0;
        bool isStop = _random.Next(10) == 0;
        long endMs = isBacklog ? untilMs : untilMs - EventMsOfRound;
        await topics.WriteAsync(traffic, endMs);
        string file = OutputOf(topics, life);
        await using AggregatorProcess process = Start(topics, file, 3_600);
        Task point = PointAsync(process, file);
        for (int step = 1; step <= 20 && !isBacklog && !point.IsCompleted; step++)
        {
            await topics.WriteAsync(traffic, endMs + (step * EventMsOfRound / 20));
            await Task.WhenAny(point, Task.Delay(100));
        }
        await point;
        Assert.False(process.HasEnded, $"it ended by itself:\n{process.Text}");
        if (isStop)
        {
            (int code, TimeSpan took) = await process.TerminateAsync(StopBound);
            // before the runtime takes care of signals, SIGTERM ends it as it ends any program
            Assert.True(code == 0 || (code == 143 && process.Log.Count == 0), $"exit code {code} after {took}:\n{process.Text}");
            Stops++;
        }
        else
        {
            await process.KillAsync();
            Kills++;
        }
    }

    /// <summary>Waits for the moment of the end.</summary>
    private async Task PointAsync(AggregatorProcess process, string file)
    {
        switch (_random.Next(10))
        {
            case < 2:
                Count("while starting");
                await Task.Delay(_random.Next(1_500));
                break;
            case < 5:
                Count("while reading again");
                await process.LineAsync("Reading ");
                await Task.Delay(_random.Next(60));
                break;
            case < 7:
                Count("while reading on");
                await process.LineAsync("Reading ");
                await Task.Delay(_random.Next(1_000));
                break;
            default:
                // Lines are written first and committed right afterwards: some milliseconds later the commit is under way, or was just done.
                Count("while publishing and committing");
                long before = File.Exists(file) ? new FileInfo(file).Length : 0;
                int after = _random.Next(12);
                Task limit = Task.Delay(8_000);
                while (!limit.IsCompleted && !process.HasEnded && (File.Exists(file) ? new FileInfo(file).Length : 0) == before)
                {
                    await Task.Delay(1);
                }
                await Task.Delay(after);
                break;
        }
    }

    private async Task FinishAsync(TestTopics topics, int life, int lines)
    {
        string file = OutputOf(topics, life);
        await using AggregatorProcess process = Start(topics, file, EndedIdle);
        long bound = Environment.TickCount64 + 60_000;
        while (Results(topics).Distinct().Count() < lines && Environment.TickCount64 < bound && !process.HasEnded)
        {
            await Task.Delay(200);
        }
        (int code, TimeSpan took) = await process.TerminateAsync(StopBound);
        Assert.True(code == 0, $"exit code {code} after {took}:\n{process.Text}");
    }

    private void Compare(TestTopics topics, string[] expected)
    {
        string[] files = [.. Directory.GetFiles(topics.Folder, "out-*.jsonl").Order(StringComparer.Ordinal)];
        Dictionary<string, int> places = expected.Select((line, i) => (line, i)).ToDictionary(pair => pair.line, pair => pair.i);
        int[] seen = new int[expected.Length];
        foreach (string file in files)
        {
            int last = -1;
            foreach (string line in WholeLines(file))
            {
                Assert.True(places.TryGetValue(line, out int place), $"seed {seed}, lane {lane}: {file} has a line that replay does not have:\n{line}\n{Near(expected, line)}");
                Assert.True(place > last, $"seed {seed}, lane {lane}: {file} has a line twice or out of order:\n{line}");
                last = place;
                seen[place]++;
            }
        }
        int missing = Array.IndexOf(seen, 0);
        Assert.True(missing < 0, missing < 0 ? "" : $"seed {seed}, lane {lane}, {topics.Folder}: no life published\n{expected[missing]}");
        Repeated = seen.Count(times => times > 1);
        Lines = expected.Length;
    }

    private static string Near(string[] expected, string line)
    {
        string window = line[..line.IndexOf(',', StringComparison.Ordinal)];
        return "replay: " + string.Join('\n', expected.Where(known => known.StartsWith(window, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Results(TestTopics topics) =>
        Directory.GetFiles(topics.Folder, "out-*.jsonl").SelectMany(WholeLines);

    /// <summary>The whole lines of a file; the last one may have broken off, where no later life mended it.</summary>
    private static IEnumerable<string> WholeLines(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream, Encoding.UTF8);
        string text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private string OutputOf(TestTopics topics, int life) =>
        topics.File(string.Create(CultureInfo.InvariantCulture, $"out-{(HasFileOfItsOwn ? life : 0):00000}.jsonl"));

    private AggregatorProcess Start(TestTopics topics, string file, int idleSeconds) => AggregatorProcess.Start(
        ["run", "--web.listen-address", "127.0.0.1:0", "--output", file, .. topics.Arguments([.. Settings(idleSeconds), .. MemberSettings()])]);

    private static string[] Settings(int idleSeconds) =>
    [
        "Aggregation:Window=00:00:01", "Aggregation:AckTimeout=00:00:02", "Aggregation:Lateness=00:00:01",
        "Aggregation:IdleTimeout=" + TimeSpan.FromSeconds(idleSeconds).ToString("c", CultureInfo.InvariantCulture), "Aggregation:Groups=[[\"region\"]]",
    ];

    private string[] MemberSettings() =>
        ["Kafka:SessionTimeout=" + TimeSpan.FromMilliseconds(SessionMs).ToString("c", CultureInfo.InvariantCulture), .. IsStaticMember ? ["Kafka:Properties:group.instance.id=one"] : Array.Empty<string>()];

    private void Count(string point) => _points[point] = _points.GetValueOrDefault(point) + 1;
}
