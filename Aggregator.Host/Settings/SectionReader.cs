using System.Globalization;
using System.Text.Json;

namespace Aggregator.Host.Settings;

/// <summary>
/// Hands out the settings of one section by name, each checked as it is taken; collects what is wrong instead of throwing, and learns the known names
/// from what it is asked for. A setting that is wrong reads as its default, so that the others can still be judged.
/// </summary>
public sealed class SectionReader(string section, IReadOnlyList<RawSetting> raws, StringComparer names)
{
    private const int LongestShown = 80;

    private static readonly NumberFormatInfo Grouped = NumberFormatInfo.InvariantInfo;

    private readonly List<string> _known = [];
    private readonly HashSet<string> _maps = [];
    private readonly List<string> _secretMaps = [];
    private readonly HashSet<string> _wrong = new(StringComparer.OrdinalIgnoreCase);

    public List<SettingError> Errors { get; } = [];

    public List<SettingValue> Values { get; } = [];

    /// <summary>Whether any source sets it.</summary>
    public bool IsSet(string name) => Find(name) is not null;

    public TimeSpan Time(string name, TimeSpan fallback, Func<TimeSpan, string?> rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Take(name, fallback, SettingTime.Format, raw =>
        {
            if (!IsScalar(raw) || !SettingTime.TryParse(raw.Text, out TimeSpan time))
            {
                return (fallback, "must be a time as hh:mm:ss" + (SettingTime.Hint(raw.Text) is { } hint ? $"; {hint}" : ", for example 00:01:00"));
            }
            return (time, rule(time));
        });
    }

    public int Whole(string name, int fallback, int least, int most) => Take(name, fallback, Written, raw =>
    {
        bool isWhole = int.TryParse(raw.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value);
        return isWhole && value >= least && value <= most
            ? (value, null)
            : (fallback, string.Create(Grouped, $"must be a whole number from {least:N0} to {most:N0}"));
    });

    public string Text(string name, string fallback, Func<string, string?> rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Take(name, fallback, value => value, raw => IsScalar(raw) ? (raw.Text, rule(raw.Text)) : (fallback, "must be a text"));
    }

    /// <summary>A text that may be absent: not set, null, or empty.</summary>
    public string? OptionalText(string name, Func<string, string?>? rule = null) => Take<string?>(name, null, value => value ?? "", raw =>
        !IsScalar(raw) ? (null, "must be a text") : raw.Text.Length == 0 ? (null, null) : (raw.Text, rule?.Invoke(raw.Text)));

    /// <summary>One of a few words, in any case of its letters; reads as it is spelled here.</summary>
    public string? Choice(string name, string? fallback, params string[] words) => Take(name, fallback, value => value ?? "", raw =>
    {
        if (fallback is null && raw.Text.Length == 0)
        {
            return (null, null);
        }
        string? word = Array.Find(words, word => string.Equals(word, raw.Text, StringComparison.OrdinalIgnoreCase));
        return word is not null ? (word, null) : (fallback, $"must be {string.Join(" or ", words)}");
    });

    /// <summary>A list of lists of texts, as JSON.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Lists(string name, Func<IReadOnlyList<IReadOnlyList<string>>, string?> rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Take<IReadOnlyList<IReadOnlyList<string>>>(name, [], lists => JsonSerializer.Serialize(lists), raw =>
        {
            IReadOnlyList<IReadOnlyList<string>>? lists = JsonOf(raw) is { } json ? ListsOf(json) : null;
            return lists is null
                ? ([], "must be a list of lists of names as JSON: [[\"region\"], [\"region\", \"platform\"]]")
                : (lists, rule(lists));
        });
    }

    /// <summary>
    /// Names with a text each. Sources add to each other: <c>Section:Name:key=value</c> one at a time, or an object as JSON for many; null takes a key away.
    /// </summary>
    /// <param name="name">The setting.</param>
    /// <param name="areSecrets">Whether no value of it may be shown.</param>
    public IReadOnlyDictionary<string, string> Map(string name, bool areSecrets = false)
    {
        _known.Add(name);
        _maps.Add(name);
        if (areSecrets)
        {
            _secretMaps.Add(name + ":");
        }
        SortedDictionary<string, (string Text, RawSetting Raw)> entries = new(StringComparer.Ordinal);
        foreach (RawSetting raw in raws)
        {
            if (raw.Name.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            {
                Put(raw.Name[(name.Length + 1)..], raw.IsNull ? null : raw.Text, raw);
            }
            else if (names.Equals(raw.Name, name) && !raw.IsNull)
            {
                if (JsonOf(raw) is not { ValueKind: JsonValueKind.Object } json)
                {
                    Fail(name, "must be an object as JSON: {\"fetch.min.bytes\": 1}", raw);
                    continue;
                }
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    {
                        Errors.Add(new($"{section}:{name}:{property.Name}", null, "must be a text, a number, true or false", WhereOf(raw)));
                        continue;
                    }
                    Put(property.Name, TextOf(property.Value), raw);
                }
            }
        }
        foreach ((string key, (string text, RawSetting raw)) in entries)
        {
            Values.Add(new($"{section}:{name}:{key}", Shown($"{name}:{key}", text), raw.Source, raw.Where));
        }
        return entries.ToDictionary(entry => entry.Key, entry => entry.Value.Text, StringComparer.Ordinal);

        void Put(string key, string? text, RawSetting raw)
        {
            if (text is null)
            {
                entries.Remove(key);
            }
            else
            {
                entries[key] = (text, raw);
            }
        }
    }

    /// <summary>Says that a setting cannot be used for a reason that lies outside of itself.</summary>
    public void Fail(string name, string problem)
    {
        RawSetting? raw = Find(name);
        Fail(name, problem, raw);
    }

    /// <summary>To be called last: names that nobody asked for are unknown.</summary>
    public void Finish()
    {
        foreach (RawSetting raw in raws.Where(raw => raw.Name.Length > 0 && !_known.Contains(raw.Name, names)))
        {
            string? parent = _known.Find(name => raw.Name.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
            if (parent is null)
            {
                Errors.Add(new($"{section}:{raw.Name}", null, NameSuggestion.Unknown(raw.Name, _known), WhereOf(raw)));
            }
            else if (!_maps.Contains(parent))
            {
                Errors.Add(new($"{section}:{raw.Name}", null, $"unknown; {parent} takes its whole value at once, lists as JSON", WhereOf(raw)));
            }
        }
    }

    private T Take<T>(string name, T fallback, Func<T, string> format, Func<RawSetting, (T Value, string? Problem)> read)
    {
        _known.Add(name);
        RawSetting? raw = Find(name);
        T value = fallback;
        if (raw is not null)
        {
            (T given, string? problem) = read(raw);
            if (problem is null)
            {
                value = given;
            }
            else
            {
                Fail(name, problem, raw);
            }
        }
        Values.Add(new($"{section}:{name}", Shown(name, format(value)), raw?.Source ?? SettingSource.Default, raw?.Where ?? "default"));
        return value;
    }

    // the last source wins; a null takes back what earlier ones said
    private RawSetting? Find(string name) => raws.LastOrDefault(raw => names.Equals(raw.Name, name)) is { IsNull: false } raw ? raw : null;

    private void Fail(string name, string problem, RawSetting? raw)
    {
        if (_wrong.Add(name))
        {
            Errors.Add(new($"{section}:{name}", raw is null ? null : Shown(name, raw.Text), problem, raw is null ? null : WhereOf(raw)));
        }
    }

    private static string? WhereOf(RawSetting raw) => raw.Source == SettingSource.CommandLine ? null : raw.Where;

    private string Shown(string name, string text) =>
        text.Length > 0 && (Secrets.IsSecret(name) || _secretMaps.Exists(map => name.StartsWith(map, StringComparison.OrdinalIgnoreCase)))
            ? Secrets.Mask
            : Printable(Secrets.MaskAddress(text));

    private static string Printable(string text)
    {
        string clean = string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
        return clean.Length <= LongestShown ? clean : clean[..LongestShown] + "…";
    }

    private static string Written(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static bool IsScalar(RawSetting raw) => raw.Json is not { ValueKind: JsonValueKind.Object or JsonValueKind.Array };

    private static JsonElement? JsonOf(RawSetting raw)
    {
        if (raw.Json is { } json)
        {
            return json;
        }
        try
        {
            using JsonDocument document = JsonDocument.Parse(raw.Text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IReadOnlyList<IReadOnlyList<string>>? ListsOf(JsonElement json)
    {
        bool fits = json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(list =>
            list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String));
        return fits ? [.. json.EnumerateArray().Select(TextsOf)] : null;
    }

    private static IReadOnlyList<string> TextsOf(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null => null,
        _ => value.GetRawText(),
    };
}
