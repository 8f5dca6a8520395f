using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aggregator.Core.Comparison;

namespace Aggregator.Host.Backfill;

/// <summary>What differs, with every series, as one JSON object a line.</summary>
internal sealed class DifferenceLines : IAsyncDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;
    private readonly FileStream _file;

    /// <param name="path">The file; it has <c>.unfinished</c> behind its name until it is complete.</param>
    /// <param name="saved">What <see cref="Save"/> gave; null to begin anew.</param>
    /// <exception cref="IOException">The file cannot be written, or is shorter than it was.</exception>
    public DifferenceLines(string path, JsonNode? saved)
    {
        _path = path;
        _file = new(path + Aggregator.Core.Publishing.ResultLinesOutput.Unfinished, saved is null ? FileMode.Create : FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        if (saved is not null)
        {
            _file.SetLength(Math.Min(_file.Length, saved.GetValue<long>()));
            _file.Seek(0, SeekOrigin.End);
        }
    }

    public void Take(WindowDifference difference)
    {
        using (Utf8JsonWriter json = new(_file, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("window_start", difference.Window.StartMs);
            json.WriteNumber("window_ms", difference.Window.SizeMs);
            json.WriteString("result", difference.Result == ResultKind.Activity ? "activity" : "delivery");
            json.WriteString("state", difference.At is null ? "missing" : "differs");
            if (difference.At is { } at)
            {
                json.WriteString("source", at.Source);
                json.WriteNumber("stored_at", at.TimeMs);
                json.WriteStartArray("values");
                foreach (ValueDifference value in difference.Values)
                {
                    Write(json, value);
                }
                json.WriteEndArray();
            }
            json.WriteStartArray("causes");
            foreach (LikelyCause cause in difference.Causes)
            {
                json.WriteStartObject();
                json.WriteString("cause", cause.Label);
                json.WriteString("evidence", cause.Evidence);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        _file.WriteByte((byte)'\n');
    }

    public JsonNode Save()
    {
        _file.Flush(flushToDisk: true);
        return JsonValue.Create(_file.Position);
    }

    public void Complete()
    {
        _file.Dispose();
        File.Move(_file.Name, _path, overwrite: true);
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static void Write(Utf8JsonWriter json, ValueDifference value)
    {
        json.WriteStartObject();
        json.WriteString("series", SeriesText.Of(value.Series));
        if (value.Computed is { } computed)
        {
            json.WriteNumber("computed", computed);
        }
        if (value.Stored is { } stored)
        {
            json.WriteNumber("stored", stored);
        }
        json.WriteEndObject();
    }
}
