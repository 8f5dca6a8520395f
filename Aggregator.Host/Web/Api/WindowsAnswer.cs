using System.ComponentModel;

namespace Aggregator.Host.Web.Api;

/// <summary>Answer of <c>/api/windows</c>.</summary>
internal sealed record WindowsAnswer(
    [property: Description("Pass it as 'after' the next time to get only what changed since.")] string Cursor,
    [property: Description("Size of a window in milliseconds.")] long WindowMs,
    [property: Description("The names of the dimensions; empty for the total.")] IReadOnlyList<string> Group,
    [property: Description("Groups that are not in the answer because they had fewer messages than the 'top' ones.")] int GroupsLeftOut,
    [property: Description("Results in the order of their windows, each window's groups in order.")] IReadOnlyList<WindowLine> Windows);

/// <summary>One group in one window, with the names of the lines that 'replay' writes.</summary>
internal sealed record WindowLine(
    [property: Description("Start of the window, milliseconds since 1970.")] long WindowStart,
    [property: Description("Size of the window in milliseconds.")] long WindowMs,
    [property: Description("The values of the dimensions by name; empty for the total.")] IReadOnlyDictionary<string, string> Group,
    [property: Description("Distinct users that sent, received or acknowledged.")] long OnlineUsers,
    [property: Description("Messages received.")] long Received,
    [property: Description("Latency of messages received; absent where there is no sample.")] LatencyLine? LatencyMs,
    [property: Description("Successful acknowledgements.")] long Acks,
    [property: Description("Failed acknowledgements by code; absent where an old window's were dropped to bound the memory.")] IReadOnlyDictionary<string, long>? AckErrors,
    [property: Description("Messages sent; absent until the delivery is final.")] long? Sent,
    [property: Description("Messages sent and acknowledged in time; absent until the delivery is final.")] long? Delivered,
    [property: Description("delivered / sent, 0 to 1; absent if nothing was sent, and until the delivery is final.")] double? DeliveryRatio,
    [property: Description("Lower bound of the ratio's 95 % Jeffreys interval; of the total only, and absent with the ratio.")] double? DeliveryRatioLower,
    [property: Description("Upper bound of the ratio's 95 % Jeffreys interval; of the total only, and absent with the ratio.")] double? DeliveryRatioUpper,
    [property: Description("Whether everything about the window is final: false while its delivery is awaited.")] bool Final);

/// <summary>Milliseconds.</summary>
internal sealed record LatencyLine(long P50, long P95, long P99, double Mean, long Max);
