using System.Text;
using System.Text.Json;

namespace Aggregator.Core.Generation;

/// <summary>
/// Reads a value as SPEC section 1 demands: one JSON object of RFC 8259 in valid UTF-8, 64 levels at most, no lone surrogate anywhere. Slow and sure.
/// </summary>
internal static class StrictJson
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = 64,
        CommentHandling = JsonCommentHandling.Disallow,
        AllowTrailingCommas = false,
        AllowDuplicateProperties = true,
    };

    /// <summary>The members of the object by name, of a repeated name the last; those that are <c>null</c> left out. Null where it is malformed.</summary>
    public static Dictionary<string, JsonElement>? ReadObject(byte[] value)
    {
        try
        {
            _ = StrictUtf8.GetString(value);
            using JsonDocument document = JsonDocument.Parse(value, Options);
            JsonElement root = document.RootElement.Clone();
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
            DemandWholeTexts(root);
            Dictionary<string, JsonElement> members = [];
            foreach (JsonProperty member in root.EnumerateObject())
            {
                members[member.Name] = member.Value;
            }
            return members.Where(member => member.Value.ValueKind != JsonValueKind.Null).ToDictionary();
        }
        catch (Exception e) when (e is ArgumentException or JsonException or InvalidOperationException)
        {
            // invalid UTF-8, no JSON, and a lone surrogate, in this order
            return null;
        }
    }

    // Unescaping a text is what finds its lone surrogates.
    private static void DemandWholeTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    _ = member.Name;
                    DemandWholeTexts(member.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    DemandWholeTexts(item);
                }
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            default:
                break;
        }
    }
}
