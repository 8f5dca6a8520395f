using System.Globalization;
using System.Text.Json.Nodes;
using Aggregator.Core.Comparison;
using Aggregator.Core.Publishing;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Backfill;

/// <summary>Says what differs, window by window and family by family, for people; and all of it as JSON lines, where asked for.</summary>
internal sealed class DifferenceReport(ReportWriter output, DifferenceLines? lines) : IDifferenceReport
{
    private readonly WindowDifference?[] _missing = new WindowDifference?[Enum.GetValues<ResultKind>().Length];
    private readonly int[] _count = new int[Enum.GetValues<ResultKind>().Length];

    public void Take(WindowDifference difference)
    {
        lines?.Take(difference);
        int result = (int)difference.Result;
        if (difference.At is not null)
        {
            EndRuns();
            Write(difference);
            return;
        }
        // Windows in a row that are missing for the same reason are one finding.
        if (_missing[result] is { } first
            && (!Continues(first, difference, _count[result]) || !first.Causes.Select(cause => cause.Cause).SequenceEqual(difference.Causes.Select(cause => cause.Cause))))
        {
            EndRuns();
        }
        _missing[result] ??= difference;
        _count[result]++;
    }

    public JsonNode? Save() => lines?.Save();

    public void Complete()
    {
        EndRuns();
        lines?.Complete();
    }

    public ValueTask DisposeAsync() => lines?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static bool Continues(WindowDifference first, WindowDifference next, int count) => next.Window.StartMs == first.Window.StartMs + (count * first.Window.SizeMs);

    private void EndRuns()
    {
        WindowDifference? activity = _missing[(int)ResultKind.Activity];
        WindowDifference? delivery = _missing[(int)ResultKind.Delivery];
        if (activity is not null && delivery is not null && activity.Window == delivery.Window && _count[0] == _count[1]
            && activity.Causes.Select(cause => cause.Cause).SequenceEqual(delivery.Causes.Select(cause => cause.Cause)))
        {
            WriteMissing(activity, "activity and delivery are", _count[0]);
        }
        else
        {
            foreach (WindowDifference first in new[] { activity, delivery }.OfType<WindowDifference>().OrderBy(first => first.Window.StartMs))
            {
                WriteMissing(first, Name(first.Result) + " is", _count[(int)first.Result]);
            }
        }
        Array.Clear(_missing);
        Array.Clear(_count);
    }

    private void WriteMissing(WindowDifference first, string what, int count)
    {
        string windows = count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" to {TimeText.Of(first.Window.StartMs + ((count - 1) * first.Window.SizeMs))}, {count} windows");
        output.Line(Mark.Bad, $"{TimeText.Of(first.Window.StartMs)}{windows}: {what} not stored", Causes(first));
    }

    private void Write(WindowDifference difference)
    {
        Recording at = difference.At!;
        string where = at.IsWritten ? "written" : $"scraped at {TimeText.Of(at.TimeMs)}";
        output.Line(Mark.Bad, $"{TimeText.Of(difference.Window.StartMs)}: {Name(difference.Result)} differs, as {where} of {at.Source}",
            string.Join('\n', difference.Values.GroupBy(value => value.Series.Family).Select(Family).Append(Causes(difference))));
    }

    private static string Family(IGrouping<Aggregator.Core.Publishing.GaugeFamily, ValueDifference> family)
    {
        ValueDifference first = family.First();
        int count = family.Count();
        string more = count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" (and {count - 1} more of its series)");
        return $"{SeriesText.Of(first.Series)}: computed {Value(first.Computed)}, stored {Value(first.Stored)}{more}";
    }

    private static string Causes(WindowDifference difference) =>
        string.Join('\n', difference.Causes.Select((cause, place) => $"{(place == 0 ? "likely" : "also")} {cause.Label}: {cause.Evidence}"));

    private static string Name(ResultKind result) => result == ResultKind.Activity ? "activity" : "delivery";

    private static string Value(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "nothing";
}
