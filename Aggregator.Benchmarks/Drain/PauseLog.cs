using System.Diagnostics.Tracing;
using System.Globalization;

namespace Aggregator.Benchmarks.Drain;

/// <summary>
/// What pauses of this process are made of: waiting until all threads stand still, collecting, and going on. On processors that have more to do than they can, the first
/// and the last are the scheduler's: a thread that must stop, or the one that collects, waits for its turn.
/// </summary>
internal sealed class PauseLog : EventListener
{
    private const string RuntimeSource = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords Collections = (EventKeywords)1;

    /// <summary>How many pauses are printed.</summary>
    private const int Shown = 10;

    private readonly Lock _lock = new();
    private readonly List<Pause> _pauses = [];
    private DateTime _begin;
    private DateTime _still;
    private DateTime _collecting;
    private DateTime _collected;
    private int _generation;
    private int _reason;

    /// <summary>Prints the longest pauses, how many took at least so long, and for how many of them the collector itself did.</summary>
    /// <param name="least">How long.</param>
    public void Print(TimeSpan least)
    {
        lock (_lock)
        {
            Pause[] longs = [.. _pauses.Where(pause => pause.All >= least)];
            foreach (Pause pause in longs.OrderByDescending(pause => pause.All).Take(Shown))
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"    {pause.All.TotalMilliseconds,5:0.0} ms, generation {pause.Generation}, {pause.Reason}: {pause.Stopping.TotalMilliseconds:0.0} until all threads stood, {pause.Collecting.TotalMilliseconds:0.0} collecting, {pause.Rest.TotalMilliseconds:0.0} before and after"));
            }
            Console.WriteLine(FormattableString.Invariant(
                $"    {_pauses.Count} pauses, {longs.Length} of at least {least.TotalMilliseconds:0.#} ms, {longs.Count(pause => pause.Collecting >= least)} of them by collecting alone"));
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == RuntimeSource)
        {
            EnableEvents(eventSource, EventLevel.Informational, Collections);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        lock (_lock)
        {
            // The names end with the version of the event.
            switch (eventData.EventName?.Split('_')[0])
            {
                case "GCSuspendEEBegin":
                    _begin = eventData.TimeStamp;
                    break;
                case "GCSuspendEEEnd":
                    _still = _collecting = _collected = eventData.TimeStamp;
                    break;
                case "GCStart":
                    _collecting = eventData.TimeStamp;
                    _generation = Convert.ToInt32(eventData.Payload![1], CultureInfo.InvariantCulture);
                    _reason = Convert.ToInt32(eventData.Payload![2], CultureInfo.InvariantCulture);
                    break;
                case "GCEnd":
                    _collected = eventData.TimeStamp;
                    break;
                case "GCRestartEEEnd" when _collected > _collecting:
                    _pauses.Add(new(_generation, ReasonOf(_reason), eventData.TimeStamp - _begin, _still - _begin, _collected - _collecting));
                    break;
            }
        }
    }

    // As in the runtime's event GCStart.
    private static string ReasonOf(int reason) => reason switch
    {
        0 => "for small objects",
        1 => "on demand",
        4 => "for a large array",
        _ => string.Create(CultureInfo.InvariantCulture, $"reason {reason}"),
    };

    private readonly record struct Pause(int Generation, string Reason, TimeSpan All, TimeSpan Stopping, TimeSpan Collecting)
    {
        public TimeSpan Rest => All - Stopping - Collecting;
    }
}
