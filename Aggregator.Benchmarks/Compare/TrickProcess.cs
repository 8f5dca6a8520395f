using System.Diagnostics;
using System.Globalization;

namespace Aggregator.Benchmarks.Compare;

/// <summary>A process of its own that has a step with a trick, or without it: what is switched is read once a process.</summary>
internal sealed class TrickProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="command">The command whose trick it is.</param>
    /// <param name="trick">The number of the trick.</param>
    /// <param name="isThere">Whether it is there.</param>
    /// <param name="options">Options that the child gets too.</param>
    public TrickProcess(string command, int trick, bool isThere, IEnumerable<string> options)
    {
        string[] verb = [typeof(TrickProcess).Assembly.Location, command, "--trick", trick.ToString(CultureInfo.InvariantCulture), "--there", isThere ? "yes" : "no"];
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. verb, .. options]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    /// <summary>The fewest bytes that an operation allocated in a turn.</summary>
    public double Bytes { get; private set; } = double.MaxValue;

    /// <summary>Waits until the step is warm.</summary>
    public void WaitUntilReady() => Line();

    /// <summary>One turn.</summary>
    /// <returns>Nanoseconds an operation.</returns>
    public double Turn()
    {
        Begin();
        return End();
    }

    /// <summary>Begins a turn.</summary>
    public void Begin() => _process.StandardInput.WriteLine(TrickTurns.Go);

    /// <summary>Waits for the end of a turn.</summary>
    /// <returns>Nanoseconds an operation.</returns>
    public double End()
    {
        double[] measured = [.. Line().Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        Bytes = Math.Min(Bytes, measured[1]);
        return measured[0];
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string Line() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the process of a trick has ended");
}
