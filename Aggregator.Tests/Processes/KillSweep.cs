using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>Lives of the program, each ended by SIGKILL (one in ten by SIGTERM) at some point, while traffic goes on.</summary>
/// <param name="servers">The broker.</param>
/// <param name="seed">Of the points, the order of things, and the traffic.</param>
/// <param name="lane">Sweeps of different kinds run side by side.</param>
/// <param name="log">Takes progress.</param>
internal sealed class KillSweep(string servers, int seed, int lane, Action<string> log)
{
    private readonly Random _random = new(HashCode.Combine(seed, lane));
    private readonly SortedDictionary<string, int> _points = [];

    public int Kills { get; private set; }

    public int Stops { get; private set; }

    public int Repeated { get; private set; }

    public int Lines { get; private set; }

    /// <summary>How many lives ended where.</summary>
    public IReadOnlyDictionary<string, int> Points => _points;

    public async Task RunAsync(int kills)
    {
        // A member that bears the same name in each life: the group does not wait for the dead one.
        string[] member = lane % 4 >= 2 ? ["Kafka:Properties:group.instance.id=one"] : [];
        // One lane has so little traffic that many windows are empty.
        await using Lives lives = await Lives.CreateAsync(servers, 1 + _random.Next(4), seed + lane, $"lane {lane}", hasFileOfItsOwn: lane % 2 == 1,
            settings: member, rate: lane == 3 ? 1.5 : 200);
        while (Kills < kills)
        {
            await LiveAsync(lives);
            if ((Kills + Stops) % 50 == 0)
            {
                log($"lane {lane}: {Kills} kills, {Stops} stops");
            }
        }
        await lives.FinishAsync();
        Repeated = lives.Repeated;
        Lines = lives.Lines;
    }

    private async Task LiveAsync(Lives lives)
    {
        const int Steps = 20;
        bool isBacklog = _random.Next(2) == 0;
        bool isStop = _random.Next(10) == 0;
        if (isBacklog)
        {
            await lives.WriteAsync();
        }
        await using AggregatorProcess process = lives.Start();
        Task point = PointAsync(process, lives.Output);
        for (int step = 0; step < Steps && !isBacklog && !point.IsCompleted; step++)
        {
            await lives.WriteAsync(1.0 / Steps);
            await Task.WhenAny(point, Task.Delay(100));
        }
        await point;
        Assert.False(process.HasEnded, $"it ended by itself:\n{process.Text}");
        if (!isStop)
        {
            await process.KillAsync();
            Kills++;
            return;
        }
        (int code, TimeSpan took) = await process.TerminateAsync(AggregatorProcess.StopBound);
        // before the runtime takes care of signals, SIGTERM ends it as it ends any program
        Assert.True(code == 0 || (code == 143 && process.Log.Count == 0), $"exit code {code} after {took}:\n{process.Text}");
        Stops++;
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
                long before = LengthOf(file);
                int after = _random.Next(12);
                Task limit = Task.Delay(8_000);
                while (!limit.IsCompleted && !process.HasEnded && LengthOf(file) == before)
                {
                    await Task.Delay(1);
                }
                await Task.Delay(after);
                break;
        }
    }

    private static long LengthOf(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    private void Count(string point) => _points[point] = _points.GetValueOrDefault(point) + 1;
}
