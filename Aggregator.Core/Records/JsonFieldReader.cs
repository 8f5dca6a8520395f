using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Aggregator.Core.Records;

/// <summary>Finds the fields of any record with the framework's JSON reader: the way for records whose shape is not known yet.</summary>
// HOT for the first records of each shape, and for producers whose records all differ. Benchmark: DecodeBenchmark.
internal static class JsonFieldReader
{
    /// <summary>How deep a record may go, itself being the first level (SPEC section 1).</summary>
    public const int MaxDepth = 64;

    /// <summary>Stands for a name that has no text, as against -1 for one that is not ours.</summary>
    private const int InvalidName = -2;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Disallow, AllowTrailingCommas = false };
    private static readonly SearchValues<byte> FractionOrExponent = SearchValues.Create(".eE"u8);

    /// <summary>Notes the last value of each field.</summary>
    /// <param name="value">The value of the record.</param>
    /// <param name="schema">The fields to look for.</param>
    /// <param name="fields">Takes them, by slot.</param>
    /// <param name="scratch">Memory for unescaping names, at least as long as the value.</param>
    /// <returns>False where the value is not one JSON object of valid UTF-8.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, RecordSchema schema, Span<FieldValue> fields, Span<byte> scratch)
    {
        fields.Clear();
        if (!Utf8.IsValid(value))
        {
            return false;
        }
        Utf8JsonReader reader = new(value, Strict);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                int slot = SlotOf(ref reader, schema, scratch);
                if (slot == InvalidName || !reader.Read() || !TryReadValue(ref reader, out FieldValue field))
                {
                    return false;
                }
                if (slot >= 0)
                {
                    fields[slot] = field;
                }
            }
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static int SlotOf(ref Utf8JsonReader reader, RecordSchema schema, Span<byte> scratch)
    {
        if (!reader.ValueIsEscaped)
        {
            return schema.SlotOf(reader.ValueSpan);
        }
        Span<byte> name = scratch[..reader.ValueSpan.Length];
        return JsonStringText.TryUnescape(reader.ValueSpan, name, out int length) ? schema.SlotOf(name[..length]) : InvalidName;
    }

    /// <summary>Reads a value to its end; false where a string in it, however deep, has no text.</summary>
    private static bool TryReadValue(ref Utf8JsonReader reader, out FieldValue field)
    {
        int start = (int)reader.TokenStartIndex;
        int length = reader.ValueSpan.Length;
        field = reader.TokenType switch
        {
            JsonTokenType.String => new(reader.ValueIsEscaped ? FieldValue.Kind.EscapedString : FieldValue.Kind.String, start + 1, length),
            JsonTokenType.Number => new(
                reader.ValueSpan.ContainsAny(FractionOrExponent) ? FieldValue.Kind.OtherNumber : FieldValue.Kind.Integer, start, length),
            JsonTokenType.True => new(FieldValue.Kind.True, start, length),
            JsonTokenType.False => new(FieldValue.Kind.False, start, length),
            JsonTokenType.Null => default,
            _ => new(FieldValue.Kind.Composite, start, 0),
        };
        if (reader.TokenType == JsonTokenType.String)
        {
            return !reader.ValueIsEscaped || JsonStringText.HasText(reader.ValueSpan);
        }
        int depth = reader.CurrentDepth;
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && !JsonStringText.HasText(reader.ValueSpan))
                {
                    return false;
                }
            }
        }
        return true;
    }
}
