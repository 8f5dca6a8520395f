using System.Text.Json;

namespace Aggregator.Host.Settings;

/// <summary>A value as a source gives it, before anyone looked at what it means.</summary>
/// <param name="Section">The part before the first colon, as written.</param>
/// <param name="Name">The rest, as written.</param>
/// <param name="Json">The value in a file; null from a source that knows text only.</param>
/// <param name="Text">The value as text: of JSON the content of a string, and the raw text of anything else.</param>
/// <param name="Source">The kind of source.</param>
/// <param name="Where">The place in words: <c>config.json:3</c>, <c>environment</c>, <c>--set</c>.</param>
public sealed record RawSetting(string Section, string Name, JsonElement? Json, string Text, SettingSource Source, string Where)
{
    /// <summary>A JSON null, or the bare word in a source that knows text only: as if no source had set it.</summary>
    public bool IsNull => Json is { ValueKind: JsonValueKind.Null } || (Json is null && Text == "null");
}
