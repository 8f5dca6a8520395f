using System.Text;

namespace Aggregator.Core.Publishing;

/// <summary>
/// Turns dimensions, which may have any name, into names that Prometheus takes and <c>promtool check metrics</c> likes:
/// snake case of <c>[a-z0-9_]</c>, no digit first, no two underscores first, none of the reserved ones. <c>appVersion</c> becomes <c>app_version</c>,
/// <c>data-center</c> becomes <c>data_center</c>, <c>type</c> becomes <c>type_dim</c>.
/// </summary>
public static class MetricNames
{
    /// <summary>
    /// le and quantile belong to histograms and summaries, code and result to families of ours, job and instance to whoever scrapes;
    /// the others, as the end of a family's name, would promise another type of metric.
    /// </summary>
    private static readonly HashSet<string> Reserved =
    [
        "le", "quantile", "type", "code", "result", "job", "instance", "total", "count", "sum", "bucket", "info", "created",
    ];

    /// <summary>The label of a dimension.</summary>
    public static string Label(string dimension)
    {
        string label = SnakeCase(dimension).TrimStart('_');
        if (label.Length == 0 || char.IsAsciiDigit(label[0]))
        {
            label = "_" + label;
        }
        return Reserved.Contains(label) ? label + "_dim" : label;
    }

    /// <summary>What the families of a dimension set have behind the name of the total's: <c>_by_region_platform</c>.</summary>
    public static string Suffix(IEnumerable<string> dimensionSet) => "_by_" + string.Join('_', dimensionSet.Select(Label));

    /// <summary>What of the dimension sets cannot be published because two names become one; empty where all is well. For the checks of the settings.</summary>
    public static IReadOnlyList<string> Problems(IReadOnlyList<IReadOnlyList<string>> dimensionSets)
    {
        List<string> problems = [];
        foreach (IReadOnlyList<string> set in dimensionSets)
        {
            foreach (var same in set.GroupBy(Label).Where(same => same.Count() > 1))
            {
                problems.Add($"{Written(set)}: {Written(same)} would all be the label {same.Key}; rename all but one (--set Fields:NAME=FIELD maps a name to a field)");
            }
        }
        foreach (var same in dimensionSets.GroupBy(Suffix).Where(same => same.Count() > 1))
        {
            problems.Add($"{string.Join(" and ", same.Select(Written))} would share the metrics im_online_users{same.Key}; "
                + "rename a dimension (--set Fields:NAME=FIELD maps a name to a field)");
        }
        return problems;
    }

    /// <summary>Lower case with underscores; every character outside of <c>[A-Za-z0-9]</c> becomes one.</summary>
    internal static string SnakeCase(string name)
    {
        StringBuilder result = new(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            bool startsWord = char.IsAsciiLetterUpper(c) && i > 0
                && (char.IsAsciiLetterLower(name[i - 1]) || char.IsAsciiDigit(name[i - 1])
                    || (char.IsAsciiLetterUpper(name[i - 1]) && i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])));
            if (startsWord)
            {
                result.Append('_');
            }
            result.Append(char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_');
        }
        return result.ToString();
    }

    private static string Written(IEnumerable<string> names) => $"[{string.Join(", ", names.Select(name => $"\"{name}\""))}]";
}
