namespace Aggregator.Core.Windows;

/// <summary>Everything about one group in one window.</summary>
public sealed record GroupResult(GroupKey Group, GroupActivity Activity, GroupDelivery Delivery);
