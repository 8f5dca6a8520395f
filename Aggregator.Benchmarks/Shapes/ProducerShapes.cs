using System.Globalization;
using System.Text;
using Aggregator.Core.Records;

namespace Aggregator.Benchmarks.Shapes;

/// <summary>Records as the libraries of several languages write them, with what real ones have besides the fields that are read.</summary>
public static class ProducerShapes
{
    private const int Optional = 24;
    private static readonly string[] Regions = ["cn-east", "cn-north", "eu-west", "us-east"];
    private static readonly string[] Given = ["王小明", "Zoë", "李", "Søren", "Анна", "たろう"];
    private static readonly string[] Words = ["hello", "see", "you", "at", "the", "station", "tomorrow", "then", "perhaps", "with", "all", "of", "them"];
    private static readonly string[] ChineseWords = ["你好", "明天", "见", "车站", "我们", "一起", "吃饭", "吗", "好的", "谢谢"];

    public static readonly IReadOnlyList<ProducerShape> All =
    [
        new("as `generate`", message => Compact(Fields(message))),
        new("UUID ids, names of users of 20 to 36 characters", message => Compact(LongIds(message))),
        new("ids and users as integers", message => Compact(Integers(message))),
        new("twelve further fields: strings, numbers, booleans, `null`", message => Compact([.. Fields(message), .. Further(message)])),
        new("printed over lines", message => "{\n  " + string.Join(",\n  ", LongIds(message).Select(field => $"\"{field.Name}\": {field.Json}")) + "\n}\n"),
        new("escapes and other alphabets in ids and users", message => Compact(Alphabets(message))),
        new("a small object and an array", message => Compact([.. Fields(message), .. Nested(message)])),
        new("objects within objects, 1 KiB", message => Compact([.. Fields(message), ("envelope", Tree(message))])),
        new("four producers, each in its way", FourProducers),
        new("six further fields, in one of eight orders", message => Compact(Ordered([.. Fields(message), .. Further(message)[..6]], message.Pick(1, 8)))),
        new("six further fields, in another order each time", message => Compact(Ordered([.. Fields(message), .. Further(message)[..6]], message.Pick(1, int.MaxValue)))),
        new("24 optional fields, each in half of the records", message => Compact([.. Fields(message), .. OptionalFields(message)])),
        new("a text of 1 KiB", message => Compact([.. Fields(message), ("text", Text(message, Words, " ", 1 << 10))])),
        new("a text of 8 KiB", message => Compact([.. Fields(message), ("text", Text(message, Words, " ", 8 << 10))])),
        new("a Chinese text of 1 KiB", message => Compact([.. Fields(message), ("text", Text(message, ChineseWords, "", 340))])),
        new("a Chinese text of 1 KiB, escaped", message => Compact([.. Fields(message), ("text", Escaped(Text(message, ChineseWords, "", 170)))])),
        new("a text of 1 KiB with line ends and quotes", message => Compact([.. Fields(message), ("text", Text(message, [.. Words, "\\n", "\\\"no\\\""], " ", 1 << 10))])),
    ];

    private static (string Name, string Json)[] Fields(ReportedMessage message) =>
        Fields(message, $"\"{message.Id:x16}\"", $"\"u{message.From}\"", $"\"u{message.To}\"", message.LatencyMs.ToString(CultureInfo.InvariantCulture), "\"OK\"");

    private static (string Name, string Json)[] LongIds(ReportedMessage message)
    {
        string id = $"{message.Id:x16}{message.Id * 0x9E37_79B9_7F4A_7C15:x16}";
        return Fields(message, $"\"{id[..8]}-{id[8..12]}-{id[12..16]}-{id[16..20]}-{id[20..]}\"", User(message.From), User(message.To), $"{message.LatencyMs}.{message.Pick(1, 1_000):000}", "\"OK\"");
    }

    private static string User(long number) => $"\"{"tenant-of-some-name/customers"[..(14 + (int)(number % 16))]}:{number:000000}\"";

    private static (string Name, string Json)[] Integers(ReportedMessage message) =>
        Fields(message, $"{message.Id >> 4}", $"{100_000 + message.From}", $"{100_000 + message.To}", message.LatencyMs.ToString(CultureInfo.InvariantCulture), "0");

    private static (string Name, string Json)[] Alphabets(ReportedMessage message) => Fields(message, $"\"{message.Id:x16}\\/{message.Pick(1, 9)}\"",
        $"\"{Given[message.From % Given.Length]}{message.From}\"", $"\"{Given[message.To % Given.Length]}{message.To}\"", $"{message.LatencyMs}", "\"OK\"");

    private static (string Name, string Json)[] Fields(ReportedMessage message, string id, string from, string to, string latency, string code)
    {
        string at = message.AtMs.ToString(CultureInfo.InvariantCulture);
        string region = $"\"{Regions[message.Pick(9, Regions.Length)]}\"";
        return message.Topic == RecordTopic.Latency
            ? [("msg_id", id), ("from", from), ("to", to), ("send_ts", at), ("latency", latency), ("region", region)]
            : [("msg_id", id), ("uid", to), ("ack_ts", at), ("code", code), ("region", region)];
    }

    private static (string Name, string Json)[] Further(ReportedMessage message) =>
    [
        ("client_version", $"\"7.{message.Pick(1, 20)}.{message.Pick(2, 100)}\""), ("conversation_id", $"\"c{message.Pick(3, 1_000_000)}\""), ("retries", $"{message.Pick(4, 3)}"),
        ("is_group", Bool(message.Flip(5))), ("reply_to", message.Pick(6, 4) == 0 ? $"\"{message.Id / 3:x16}\"" : "null"), ("score", $"{message.Pick(7, 1000)}.{message.Pick(8, 1000):000}"),
        ("size_bytes", $"{message.Pick(9, 10_000)}"), ("encrypted", Bool(message.Flip(10))), ("quality", $"-0.{message.Pick(11, 100):00}e-{message.Pick(12, 9)}"), ("trace", $"\"{message.Id * 7:x16}\""),
        ("muted", message.Flip(13) ? "null" : Bool(message.Flip(14))), ("network", message.Flip(15) ? "\"wifi\"" : "\"5g\""),
    ];

    private static (string Name, string Json)[] Nested(ReportedMessage message) =>
    [
        ("device", $"{{\"os\":\"{(message.Flip(1) ? "android" : "ios")}\",\"version\":{message.Pick(2, 18)},\"rooted\":{Bool(message.Flip(3))}}}"),
        ("hops_ms", $"[{string.Join(',', Enumerable.Range(0, 1 + message.Pick(4, 5)).Select(hop => message.Pick(hop, 100)))}]"),
    ];

    /// <summary>Some sixty values in a dozen objects and arrays.</summary>
    private static string Tree(ReportedMessage message) => $"[{string.Join(',', Enumerable.Range(0, 9).Select(i =>
        $"{{\"hop\":{i},\"node\":\"im-{message.Pick(i, 24):00}\",\"at\":[{message.Pick(i + 10, 1_000)},{message.Pick(i + 20, 1_000)}.5],\"tags\":{{\"zone\":\"{(char)('a' + message.Pick(i + 30, 3))}\",\"ok\":{Bool(message.Flip(i))},\"by\":null}}}}"))}]";

    private static IEnumerable<(string Name, string Json)> OptionalFields(ReportedMessage message) =>
        Enumerable.Range(0, Optional).Where(field => message.Flip(100 + field)).Select(field => ($"optional_{field}", field % 2 == 0 ? $"\"v{message.Pick(field, 100)}\"" : $"{message.Pick(field, 100)}"));

    private static string FourProducers(ReportedMessage message) => message.Pick(1, 4) switch
    {
        0 => Compact(Fields(message)),
        1 => "{" + string.Join(", ", Fields(message).Select(field => $"\"{field.Name}\": {field.Json}")) + "}",
        2 => Compact(Ordered(LongIds(message), 3)),
        _ => Compact([.. Further(message)[..3], .. Fields(message)]),
    };

    /// <summary>One order of the fields for each seed.</summary>
    private static (string Name, string Json)[] Ordered((string Name, string Json)[] fields, int seed)
    {
        new Random(seed).Shuffle(fields);
        return fields;
    }

    private static string Compact(IEnumerable<(string Name, string Json)> fields) => "{" + string.Join(',', fields.Select(field => $"\"{field.Name}\":{field.Json}")) + "}";

    private static string Text(ReportedMessage message, string[] words, string between, int characters)
    {
        StringBuilder text = new("\"");
        for (int word = 0; text.Length < characters; word++)
        {
            text.Append(words[message.Pick(word, words.Length)]).Append(between);
        }
        return text.Append('"').ToString();
    }

    private static string Escaped(string text) => string.Concat(text.Select(c => char.IsAscii(c) ? c.ToString() : $"\\u{(int)c:x4}"));

    private static string Bool(bool value) => value ? "true" : "false";
}
