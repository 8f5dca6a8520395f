namespace Aggregator.Core.Windows;

/// <summary>How the messages that were sent in a window and group fared: final <c>AckTimeout</c> after the window's end.</summary>
/// <param name="Group">The group.</param>
/// <param name="Sent">Distinct delivery ids.</param>
/// <param name="Delivered">Those of them that were acknowledged in time.</param>
public sealed record GroupDelivery(GroupKey Group, long Sent, long Delivered)
{
    /// <summary>Delivered / sent; null where nothing was sent.</summary>
    public double? Ratio => Sent == 0 ? null : (double)Delivered / Sent;

    /// <summary>The lower bound of the ratio's 95 % <see cref="JeffreysInterval"/>; null where nothing was sent. Computed at each call.</summary>
    public double? RatioLower => Sent == 0 ? null : JeffreysInterval.Lower(Delivered, Sent);

    /// <summary>The upper bound of the ratio's 95 % <see cref="JeffreysInterval"/>; null where nothing was sent. Computed at each call.</summary>
    public double? RatioUpper => Sent == 0 ? null : JeffreysInterval.Upper(Delivered, Sent);
}
