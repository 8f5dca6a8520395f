using System.Text.Json;
using System.Text.Json.Nodes;
using Aggregator.Core.Records;
using Aggregator.Core.Replay;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Backfill;

/// <summary>What a replay that broke off leaves behind for <c>--resume</c>, in a small file beside its first output.</summary>
/// <param name="Version">The form of the file.</param>
/// <param name="From"><c>--from</c> as the user wrote it.</param>
/// <param name="To"><c>--to</c> as the user wrote it.</param>
/// <param name="FromMs">What that meant when the replay began.</param>
/// <param name="ToMs">What that meant when the replay began.</param>
/// <param name="Settings">The settings that results depend on.</param>
/// <param name="Ends">The end offsets as of the start, by partition.</param>
/// <param name="Outputs">What each output saved.</param>
/// <param name="Checkpoint">Where the replay was; null before its first window.</param>
public sealed record ReplayState(
    int Version, string? From, string? To, long? FromMs, long? ToMs, JsonObject Settings, IReadOnlyDictionary<int, long> Ends,
    IReadOnlyDictionary<string, JsonNode?> Outputs, RangeCheckpoint? Checkpoint)
{
    public const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The settings that results and offsets depend on.</summary>
    public static JsonObject SettingsOf(AggregatorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new()
        {
            ["Aggregation"] = JsonSerializer.SerializeToNode(settings.Aggregation),
            ["Fields"] = JsonSerializer.SerializeToNode(settings.Fields),
            ["LatencyTopic"] = settings.Kafka.LatencyTopic,
            ["AckTopic"] = settings.Kafka.AckTopic,
        };
    }

    /// <summary>The end of a partition as of the start; one that came later is not read.</summary>
    public long EndOf(PartitionId partition) => Ends.GetValueOrDefault(partition.Index);

    /// <summary>Keeps the file for one replay, until this is disposed of or the process ends, in whatever way.</summary>
    /// <exception cref="CommandFailedException">Another replay has it, or the folder cannot be written to.</exception>
    public static IDisposable Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(File.Exists(path + ".lock")
                ? $"{path} is kept by another replay that is running; name another file with --state"
                : $"{path} cannot be written: {failure.Message}");
        }
    }

    /// <summary>Reads the file; null where there is none.</summary>
    /// <exception cref="CommandFailedException">It is no such file.</exception>
    public static ReplayState? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize<ReplayState>(File.ReadAllText(path)) is { Version: CurrentVersion } state
                ? state
                : throw new CommandFailedException($"{path}: was written by another version of the program; begin anew, without --resume");
        }
        catch (JsonException)
        {
            throw new CommandFailedException($"{path}: is not the state of a replay; begin anew, without --resume");
        }
    }

    /// <summary>Writes the file so that a crash leaves either the old one or the new one.</summary>
    public void Write(string path)
    {
        string next = path + ".next";
        using (FileStream file = new(next, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, this, Indented);
            file.Flush(flushToDisk: true);
        }
        File.Move(next, path, overwrite: true);
    }

    /// <summary>Why the replay cannot be gone on with as it is asked for now; null where it can.</summary>
    public string? WhyNot(string? from, string? to, AggregatorSettings settings, IEnumerable<string> outputs)
    {
        List<string> differences = [];
        if (from != From)
        {
            differences.Add($"--from was {From ?? "not given"}");
        }
        if (to != To)
        {
            differences.Add($"--to was {To ?? "not given"}");
        }
        JsonObject now = SettingsOf(settings);
        differences.AddRange(Flat(Settings).Except(Flat(now)).Select(pair => $"{pair.Key} was {pair.Value}"));
        differences.AddRange(Outputs.Keys.Except(outputs).Select(name => $"there was an output {name}"));
        differences.AddRange(outputs.Except(Outputs.Keys).Select(name => $"there was no output {name}"));
        return differences.Count == 0 ? null : string.Join("; ", differences);
    }

    private static IEnumerable<KeyValuePair<string, string>> Flat(JsonObject settings) => settings.SelectMany(pair => pair.Value is JsonObject section
        ? section.Select(inner => KeyValuePair.Create($"{pair.Key}:{inner.Key}", inner.Value?.ToJsonString() ?? "null"))
        : [KeyValuePair.Create("Kafka:" + pair.Key, pair.Value?.ToJsonString() ?? "null")]);
}
