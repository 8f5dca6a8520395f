using System.ComponentModel;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Web.Api;

/// <summary>Answer of <c>/api/settings</c>.</summary>
internal sealed record SettingsAnswer([property: Description("In the order of the sections.")] IReadOnlyList<SettingLine> Settings)
{
    public static SettingsAnswer Of(IReadOnlyList<SettingValue> values) =>
        new([.. values.Select(value => new SettingLine(value.Name, value.Text, value.Source.ToString().ToLowerInvariant(), value.Where))]);
}

/// <summary>A setting in force.</summary>
internal sealed record SettingLine(
    string Name,
    [property: Description("Its value; of a secret only '***'.")] string Value,
    [property: Description("'default', 'file', 'environment' or 'commandline'.")] string Source,
    [property: Description("The place in words.")] string Where);
