using System.Diagnostics;
using System.Globalization;
using Aggregator.Benchmarks.Input;
using Aggregator.Core.Kafka;

namespace Aggregator.Benchmarks.Peer;

/// <summary>The programs in Java beside which ours are measured: a bare loop of Kafka's own client, and the job of the service as a team would write it by hand (<c>Peer/java</c>).</summary>
internal sealed class JavaPeer : IDisposable
{
    /// <summary>The name of the way that does what the service does.</summary>
    public const string WholeJob = "java: whole job by hand";

    private readonly KafkaSettings _settings;
    private readonly string _libraries;
    private readonly DirectoryInfo _classes = Directory.CreateTempSubdirectory("peer-");

    /// <param name="settings">The broker and the topics.</param>
    /// <param name="libraries">A folder with kafka-clients, jackson-core and what they need, as it comes with Kafka.</param>
    /// <exception cref="InvalidOperationException">There is no Java compiler, or it refuses the programs.</exception>
    public JavaPeer(KafkaSettings settings, string libraries)
    {
        _settings = settings;
        _libraries = Path.Combine(Path.GetFullPath(libraries), "*");
        string sources = Path.Combine(AppContext.BaseDirectory, "Peer", "java");
        Run("javac", ["-cp", _libraries, "-d", _classes.FullName, .. Directory.GetFiles(sources, "*.java")]);
    }

    /// <summary>The names of the ways, as in the first column of the table.</summary>
    public static IReadOnlyList<string> Ways { get; } = ["java: bare loop", WholeJob];

    /// <summary>Runs one of <see cref="Ways"/>, which writes its own row.</summary>
    /// <param name="way">Which.</param>
    /// <param name="results">A file that takes the results, a JSON object a line.</param>
    public void Run(string way, string results) => Run("java",
    [
        // What a service of that kind is usually given. Nothing else is logged than what goes wrong.
        "-Xmx512m", "-Dslf4j.internal.verbosity=ERROR", "-cp", _classes.FullName + Path.PathSeparator + _libraries, "PeerJob",
        _settings.BootstrapServers, _settings.LatencyTopic, _settings.AckTopic, BrokerTraffic.Partitions.ToString(CultureInfo.InvariantCulture),
        way == WholeJob ? "job" : "bare", results,
    ]);

    public void Dispose() => _classes.Delete(recursive: true);

    private static void Run(string program, IEnumerable<string> arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with code {process.ExitCode}.");
        }
    }
}
