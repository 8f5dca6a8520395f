namespace Aggregator.Core.Publishing;

/// <summary>Labels as PromQL, OpenMetrics and people write them.</summary>
public static class LabelText
{
    /// <summary>Labels between braces: <c>{job="im",region="eu"}</c>; nothing where there is none.</summary>
    /// <param name="labels">Names and values, in the order that they are written in.</param>
    public static string Braced(IEnumerable<KeyValuePair<string, string>> labels)
    {
        string joined = Joined(labels);
        return joined.Length == 0 ? "" : $"{{{joined}}}";
    }

    /// <summary>Labels without braces: <c>job="im",region="eu"</c>.</summary>
    /// <param name="labels">Names and values, in the order that they are written in.</param>
    public static string Joined(IEnumerable<KeyValuePair<string, string>> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return string.Join(',', labels.Select(label => $"{label.Key}=\"{EscapedValue(label.Value)}\""));
    }

    /// <summary>A PromQL selector of series that have some labels.</summary>
    /// <param name="name">The family; empty for any.</param>
    /// <param name="matcher">A further matcher, <c>region=~"eu|us"</c> for one; empty for none.</param>
    /// <param name="labels">The labels; may be none where there is a name or a matcher.</param>
    public static string Selector(string name, string matcher, IEnumerable<KeyValuePair<string, string>> labels) =>
        $"{name}{{{string.Join(',', new[] { matcher, Joined(labels) }.Where(part => part.Length > 0))}}}";

    /// <summary>A value between quotation marks: backslashes, line feeds and quotation marks are escaped.</summary>
    public static string EscapedValue(string value) => EscapedLines(value).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>A text that stays on its line: backslashes and line feeds are escaped.</summary>
    public static string EscapedLines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
    }
}
