using System.Globalization;
using Aggregator.Host.Settings;
using YamlDotNet.RepresentationModel;

namespace Aggregator.Host.Web.Access;

/// <summary>
/// One mapping of the file: hands out values by key, collects what is wrong, and learns the known keys from what it is asked for, as
/// <see cref="SectionReader"/> does for settings. What is wrong reads as if it were absent.
/// </summary>
internal sealed class WebConfigNode(string path, YamlMappingNode? node, string file, List<SettingError> errors)
{
    private readonly List<string> _known = [];

    public bool IsThere => node is not null;

    public bool Has(string key) => Find(key) is not null;

    public string? Text(string key) => Find(key) is not { } value ? null
        : value is YamlScalarNode { Value: { } text } ? text
        : Fail<string>(key, value, null, "must be a text");

    public bool Flag(string key, bool fallback) => Text(key) switch
    {
        null => fallback,
        "true" => true,
        "false" => false,
        string text => Fail(key, text, "must be true or false") ?? fallback,
    };

    public IReadOnlyList<string> List(string key) => Find(key) is not { } value ? []
        : value is YamlSequenceNode list && list.Children.All(item => item is YamlScalarNode { Value: not null })
            ? [.. list.Children.Cast<YamlScalarNode>().Select(item => item.Value!)]
            : Fail<string[]>(key, value, null, "must be a list of texts") ?? [];

    /// <summary>A mapping beneath; empty where there is none.</summary>
    public WebConfigNode Node(string key)
    {
        YamlNode? value = Find(key);
        if (value is not (null or YamlMappingNode))
        {
            Fail<string>(key, value, null, "must be a mapping");
        }
        return new(Name(key), value as YamlMappingNode, file, errors);
    }

    /// <summary>All keys with their texts, for a mapping whose keys are data.</summary>
    public IReadOnlyDictionary<string, string> Pairs()
    {
        Dictionary<string, string> pairs = new(StringComparer.Ordinal);
        foreach (string key in Keys())
        {
            if (Text(key) is { } text)
            {
                pairs[key] = text;
            }
        }
        return pairs;
    }

    /// <summary>To be called last: keys that nobody asked for are unknown.</summary>
    public void Finish()
    {
        foreach (string key in Keys().Where(key => !_known.Contains(key)))
        {
            errors.Add(new(Name(key), null, NameSuggestion.Unknown(key, _known), Where(Pair(key).Key)));
        }
    }

    /// <summary>Says what is wrong with a value.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="shown">The value as users may see it; null for a secret.</param>
    /// <param name="problem">What is allowed.</param>
    public bool? Fail(string key, string? shown, string problem)
    {
        Fail<string>(key, Find(key), shown, problem);
        return null;
    }

    private T? Fail<T>(string key, YamlNode? value, string? shown, string problem) where T : class
    {
        errors.Add(new(Name(key), shown, problem, value is null ? null : Where(value)));
        return null;
    }

    private string Where(YamlNode value) => string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}:{value.Start.Line}");

    private string Name(string key) => path.Length == 0 ? key : $"{path}.{key}";

    private IEnumerable<string> Keys() => node?.Children.Keys.Select(key => (key as YamlScalarNode)?.Value ?? "") ?? [];

    private KeyValuePair<YamlNode, YamlNode> Pair(string key) => node!.Children.First(pair => ((pair.Key as YamlScalarNode)?.Value ?? "") == key);

    /// <summary>A key without a value is as if it were not there, as in YAML everywhere.</summary>
    private YamlNode? Find(string key)
    {
        if (!_known.Contains(key))
        {
            _known.Add(key);
        }
        return node is null || !Keys().Contains(key) || Pair(key).Value is YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "" or "null" or "~" or null }
            ? null
            : Pair(key).Value;
    }
}
