using System.Globalization;
using System.Text;
using System.Text.Json;
using Aggregator.Core.Records;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Records;

/// <summary>Unescaping, against the framework's reader.</summary>
public class JsonStringTextTests
{
    private static readonly string[] Parts =
        ["\\u0041", "\\ud83d", "\\ude00", "\\u00e9", "\\uffff", "\\\\", "\\\"", "\\n", "\\/", "u", "d83d", "é", "😀", "x", ""];

    [Fact]
    public void Every_escaped_code_unit_is_text_as_the_framework_has_it()
    {
        for (int unit = 0; unit <= 0xFFFF; unit++)
        {
            CheckLikeFramework(string.Create(CultureInfo.InvariantCulture, $"a\\u{unit:x4}b\\u{unit:X4}"));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\\b\\f\\n\\r\\t\\\"\\\\\\/")]
    [InlineData("\\\\u0041")]
    [InlineData("\\ud83d\\ude00")]
    [InlineData("\\uD83D\\uDE00x\\u00e9\\u20ac")]
    [InlineData("\\ud83d")]
    [InlineData("\\ud83dx")]
    [InlineData("\\ud83d\\n")]
    [InlineData("\\ud83d\\u0041")]
    [InlineData("\\ud83d\\ud83d\\ude00")]
    [InlineData("\\ude00\\ud83d")]
    [InlineData("\\ud83d\\\\ude00")]
    [InlineData("\\udbff\\udfff\\ud800\\udc00")]
    public void Pairs_of_surrogates_are_one_character_and_lone_ones_none(string escaped) => CheckLikeFramework(escaped);

    [Fact]
    public void Any_mixture_is_text_as_the_framework_has_it() =>
        Gen.Int[0, Parts.Length - 1].Array[0, 12].Sample(parts => CheckLikeFramework(string.Concat(parts.Select(part => Parts[part]))), iter: 5_000);

    private static void CheckLikeFramework(string escaped)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(escaped);
        string? expected;
        try
        {
            expected = JsonDocument.Parse($"\"{escaped}\"").RootElement.GetString();
        }
        catch (InvalidOperationException)
        {
            expected = null;
        }

        byte[] text = new byte[bytes.Length];
        bool hasText = JsonStringText.TryUnescape(bytes, text, out int written);

        Assert.Equal(expected is not null, hasText);
        Assert.Equal(hasText, JsonStringText.HasText(bytes));
        if (hasText)
        {
            Assert.Equal(expected, Encoding.UTF8.GetString(text, 0, written));
        }
    }
}
