namespace Aggregator.Core.Records;

/// <summary>
/// The names that the fields of the contract have in the JSON of the producers. Section <c>Fields</c> of the settings; each defaults to its own name.
/// </summary>
public sealed record FieldNames
{
    public string MsgId { get; init; } = "msg_id";
    public string SendTs { get; init; } = "send_ts";
    public string RecvTs { get; init; } = "recv_ts";
    public string Latency { get; init; } = "latency";
    public string From { get; init; } = "from";
    public string To { get; init; } = "to";
    public string AckTs { get; init; } = "ack_ts";
    public string Uid { get; init; } = "uid";
    public string Code { get; init; } = "code";

    /// <summary>JSON names of dimensions that differ from the dimension's own name: dimension to JSON name.</summary>
    public IReadOnlyDictionary<string, string> Dimensions { get; init; } = new Dictionary<string, string>();
}
