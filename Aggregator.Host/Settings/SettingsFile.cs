using System.Text.Json;

namespace Aggregator.Host.Settings;

/// <summary>
/// Reads a configuration file: one JSON object of sections, each an object of settings. People write it by hand, so comments, trailing commas and a
/// BOM are allowed (in records they are not); a setting that stands there twice is an error, since one of the two would silently lose.
/// </summary>
public static class SettingsFile
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads all settings of the file; what cannot be read is added to <paramref name="errors"/>.</summary>
    public static IReadOnlyList<RawSetting> Read(string path, List<SettingError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            errors.Add(new($"--config {path}", null, "no such file"));
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            errors.Add(new($"--config {path}", null, Directory.Exists(path) ? "is a directory" : $"cannot be read: {e.Message}"));
            return [];
        }
        int bom = content is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        return Parse(path, content.AsSpan(bom), errors);
    }

    private static List<RawSetting> Parse(string path, ReadOnlySpan<byte> json, List<SettingError> errors)
    {
        List<RawSetting> settings = [];
        try
        {
            Utf8JsonReader reader = new(json, Options);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                errors.Add(new(Place(path, json, reader.TokenStartIndex), null, "must be a JSON object: {\"Aggregation\": {…}, \"Kafka\": {…}}"));
                return [];
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadSection(path, json, ref reader, settings, errors);
            }
            reader.Read();
        }
        catch (JsonException e)
        {
            string message = e.Message.Split(" LineNumber:", 2)[0];
            errors.Add(new($"{path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}", null, $"is not JSON: {message}"));
        }
        catch (InvalidOperationException)
        {
            errors.Add(new(path, null, "is not JSON: a text in it is not valid UTF-8"));
        }
        return settings;
    }

    private static void ReadSection(
        string path, ReadOnlySpan<byte> json, ref Utf8JsonReader reader, List<RawSetting> settings, List<SettingError> errors)
    {
        string section = reader.GetString()!;
        string place = Place(path, json, reader.TokenStartIndex);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            settings.Add(new(section, "", null, JsonElement.ParseValue(ref reader).GetRawText(), SettingSource.File, place));
            return;
        }
        settings.Add(new(section, "", null, "", SettingSource.File, place));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            place = Place(path, json, reader.TokenStartIndex);
            reader.Read();
            JsonElement value = JsonElement.ParseValue(ref reader);
            // names of fields are data and compared with case, as records are
            StringComparison names = SettingsLoader.IsFields(section) ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
            bool twice = settings.Exists(other => other.Name.Length > 0 && string.Equals(other.Name, name, names)
                && string.Equals(other.Section, section, StringComparison.OrdinalIgnoreCase));
            if (twice)
            {
                errors.Add(new($"{section}:{name}", null, "is set twice in this file", place));
            }
            string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            settings.Add(new(section, name, value, text, SettingSource.File, place));
        }
    }

    private static string Place(string path, ReadOnlySpan<byte> json, long index) => $"{path}:{json[..(int)index].Count((byte)'\n') + 1}";
}
