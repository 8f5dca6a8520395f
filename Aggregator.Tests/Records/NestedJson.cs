using System.Text;
using Aggregator.Core.Generation;

namespace Aggregator.Tests.Records;

/// <summary>JSON values at random: objects and arrays within each other, about as deep as a record may be in some, and now and then something in them that no record may have.</summary>
internal sealed class NestedJson(TrafficRandom random)
{
    private static readonly string[] White = ["", "", "", "", " ", "\n  ", "\t", "\r\n", "  \t "];
    private static readonly string[] Scalars =
        ["0", "-1", "12.5", "1e9", "-0.5E-3", "12345678901234567890.25", "true", "false", "null", "\"\"", "\"plain\"", "\"\\n\\\"\\/\"", "\"用户\"", "\"\\u00e9\\ud83d\\ude00\"", "\"{[,:]}\""];
    private static readonly string[] Broken = ["01", "-", "1.", "1e", ".5", "+1", "tru", "nul", "True", "'a'", "\"\\x\"", "\"\\u12g4\"", "\"\\udc00\"", "\"\\ud83d\"", "\"\\ud83dx\"", "\"a\nb\"", "", "//", "\0", "é"];

    private readonly List<byte> _bytes = [];

    /// <summary>A value.</summary>
    public byte[] Next()
    {
        _bytes.Clear();
        if (random.Happens(0.1))
        {
            AddDeep(58 + Pick(8));
        }
        else
        {
            AddComposite(1 + Pick(4));
        }
        return [.. _bytes];
    }

    /// <summary>Objects and arrays within each other, each the only value of the one around it.</summary>
    private void AddDeep(int levels)
    {
        List<char> closing = [];
        for (; levels > 0; levels--)
        {
            bool isObject = random.Happens(0.5);
            Add(isObject ? "{\"a\":" : "[");
            closing.Add(isObject ? '}' : ']');
        }
        if (closing[^1] == '}' || random.Happens(0.5))
        {
            Add(Scalars[Pick(Scalars.Length)]);
        }
        closing.Reverse();
        Add(new([.. closing]));
    }

    private void AddComposite(int levels)
    {
        bool isObject = random.Happens(0.5);
        Add(isObject ? "{" : "[");
        AddWhite();
        int values = Pick(5);
        for (int i = 0; i < values; i++)
        {
            Add(i > 0 ? "," : "");
            AddWhite();
            if (isObject)
            {
                Add(random.Happens(0.99) ? Names() : Broken[Pick(Broken.Length)]);
                AddWhite();
                Add(":");
                AddWhite();
            }
            AddValue(levels);
            AddWhite();
        }
        Add(isObject == random.Happens(0.998) ? "}" : "]");
    }

    private void AddValue(int levels)
    {
        if (levels > 1 && random.Happens(0.4))
        {
            AddComposite(levels - 1);
        }
        else if (random.Happens(0.02))
        {
            Add(Broken[Pick(Broken.Length)]);
        }
        else if (random.Happens(0.05))
        {
            Add("\"");
            Add(new('x', Pick(200)));
            // Bytes that are valid UTF-8 seldom only.
            _bytes.AddRange(random.Happens(0.1) ? [(byte)(0x80 + Pick(128)), (byte)(0x80 + Pick(64))] : []);
            Add("\"");
        }
        else
        {
            Add(Scalars[Pick(Scalars.Length)]);
        }
    }

    private string Names() => random.Happens(0.8) ? "\"name\"" : random.Happens(0.5) ? "\"msg_id\"" : "\"n\\u0041\"";

    private void AddWhite() => Add(White[Pick(White.Length)]);

    private void Add(string text) => _bytes.AddRange(Encoding.UTF8.GetBytes(text));

    private int Pick(int count) => (int)(random.Bits() % (ulong)count);
}
