using System.Buffers;
using Aggregator.Core.Windows;
using Prometheus;

namespace Aggregator.Core.Publishing;

/// <summary>
/// All that the page says about windows at one moment. Never changes, so that whoever holds it reads numbers that belong together.
/// Its text is made when first asked for, once per format.
/// </summary>
internal sealed class WindowSnapshot
{
    // Not too few: a text that outgrows its room is copied. Long labels are, as ever, the user's own.
    private const int UsualBytesOfSample = 80;

    private readonly WindowGauges _gauges;
    private readonly Lazy<Task<PagePart>>[] _parts;
    private readonly bool[] _asked = new bool[Enum.GetValues<PageFormat>().Length];

    private WindowSnapshot(WindowGauges gauges, ActivityResult? activity, WindowResult? delivery, WindowTotals totals)
    {
        _gauges = gauges;
        Activity = activity;
        Delivery = delivery;
        Totals = totals;
        _parts = [.. Enum.GetValues<PageFormat>().Select(format => new Lazy<Task<PagePart>>(() => RenderAsync(format)))];
    }

    /// <summary>The latest window whose activity is final.</summary>
    public ActivityResult? Activity { get; }

    /// <summary>The latest window of which everything is final.</summary>
    public WindowResult? Delivery { get; }

    public WindowTotals Totals { get; }

    public static WindowSnapshot Empty(WindowGauges gauges) => new(gauges, null, null, WindowTotals.Zero);

    /// <summary>
    /// The next one. A window that is not later than the latest one is a repetition after a restart or a failed attempt, and is passed over:
    /// a published window never changes and counts once.
    /// </summary>
    public WindowSnapshot With(FinalResults results)
    {
        ActivityResult? activity = Activity;
        foreach (ActivityResult candidate in results.Activities)
        {
            activity = activity is null || candidate.Window.StartMs > activity.Window.StartMs ? candidate : activity;
        }
        WindowResult? delivery = Delivery;
        WindowTotals totals = Totals;
        foreach (WindowResult candidate in results.Windows)
        {
            if (delivery is null || candidate.Window.StartMs > delivery.Window.StartMs)
            {
                delivery = candidate;
                totals = totals.Plus(candidate);
            }
        }
        return ReferenceEquals(activity, Activity) && ReferenceEquals(delivery, Delivery) ? this : new(_gauges, activity, delivery, totals);
    }

    /// <summary>Its text, without an end-of-page mark.</summary>
    public Task<PagePart> PartAsync(PageFormat format)
    {
        Volatile.Write(ref _asked[(int)format], true);
        return _parts[(int)format].Value;
    }

    /// <summary>
    /// Makes the texts that <paramref name="previous"/> was asked for, so that no scrape waits for them. Only those: whoever catches up with a day of
    /// windows shall not write thousands of pages that nobody reads.
    /// </summary>
    public async Task PrepareAsync(WindowSnapshot previous)
    {
        foreach (PageFormat format in Enum.GetValues<PageFormat>())
        {
            if (Volatile.Read(ref previous._asked[(int)format]))
            {
                _ = (await _parts[(int)format].Value.ConfigureAwait(false)).Deflated;
            }
        }
    }

    private async Task<PagePart> RenderAsync(PageFormat format)
    {
        GaugeSample[] samples = [.. Activity is null ? [] : _gauges.Of(Activity), .. Delivery is null ? [] : _gauges.Of(Delivery)];
        ArrayBufferWriter<byte> text = new((samples.Length * UsualBytesOfSample) + (64 * 1024));
        GaugeText.Write(text, _gauges.Families, samples, format);
        CollectorRegistry totals = TotalFamilies.Build(Totals);
        text.Write((await RegistryText.RenderAsync(totals, format, last: false, CancellationToken.None).ConfigureAwait(false)).Span);
        return new PagePart(text.WrittenMemory);
    }
}
