using Aggregator.Core.Records;

namespace Aggregator.Host.Settings;

/// <summary>The rules of the section <c>Fields</c>: what the producers call the fields of the contract and the dimensions.</summary>
public static class FieldsSection
{
    public const string Name = "Fields";

    private static readonly string[] Latency = ["msg_id", "send_ts", "recv_ts", "latency", "from", "to"];
    private static readonly string[] Ack = ["msg_id", "ack_ts", "uid", "code"];

    /// <summary>The fields of both topics (SPEC section 1).</summary>
    public static IReadOnlyList<string> ContractFields { get; } = [.. Latency.Union(Ack)];

    /// <param name="section">The section; its names are compared with case, as those in records are.</param>
    /// <param name="dimensions">The dimensions of all configured sets.</param>
    public static FieldNames Read(SectionReader section, IEnumerable<string> dimensions)
    {
        ArgumentNullException.ThrowIfNull(section);
        Dictionary<string, string> names = [];
        string[] distinct = [.. dimensions.Distinct().Except(ContractFields)];
        foreach (string field in ContractFields.Concat(distinct))
        {
            names[field] = section.Text(field, field, name => name.Length == 0 ? "must be a name" : null);
        }
        RejectSharedNames(section, names, [.. Latency, .. distinct]);
        RejectSharedNames(section, names, [.. Ack, .. distinct]);
        return new()
        {
            MsgId = names["msg_id"],
            SendTs = names["send_ts"],
            RecvTs = names["recv_ts"],
            Latency = names["latency"],
            From = names["from"],
            To = names["to"],
            AckTs = names["ack_ts"],
            Uid = names["uid"],
            Code = names["code"],
            Dimensions = distinct.Where(name => names[name] != name).ToDictionary(name => name, name => names[name]),
        };
    }

    // Two fields of one record cannot be read from one place; fields of different topics can.
    private static void RejectSharedNames(SectionReader section, Dictionary<string, string> names, string[] fields)
    {
        foreach (IGrouping<string, string> shared in fields.GroupBy(field => names[field]).Where(group => group.Count() > 1))
        {
            string[] pair = [.. shared];
            int set = Math.Max(0, Array.FindLastIndex(pair, section.IsSet));
            section.Fail(pair[set], $"is the name of {pair[set == 0 ? 1 : 0]} too; fields of one record must have different names");
        }
    }
}
