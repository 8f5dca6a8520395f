using Aggregator.Core.Windows;

namespace Aggregator.Host.Terminal;

/// <summary>What the table shows of a window: the total group, its delivery only once that is final.</summary>
public sealed record WindowTableRow(WindowSpan Window, GroupActivity Activity, GroupDelivery? Delivery)
{
    public bool IsComplete => Delivery is not null;
}
