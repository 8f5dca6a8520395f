using Aggregator.Host.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Logging;

public sealed class LineFormatterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, 5, TimeSpan.FromHours(2));

    [Fact]
    public void A_line_has_the_time_in_utc_the_level_a_short_category_and_the_message() =>
        Assert.Equal("2026-01-02T10:00:00.005Z info  BatchSource: 2 partitions\n", Format(LogLevel.Information, "2 partitions"));

    [Fact]
    public void For_journald_the_level_is_its_prefix_and_the_time_is_left_to_it() =>
        Assert.Equal("<4>BatchSource: lagging\n", Format(LogLevel.Warning, "lagging", journal: true));

    [Fact]
    public void An_event_is_one_line_whatever_the_message_holds() =>
        Assert.Equal("<6>BatchSource: one two three\n", Format(LogLevel.Information, "one\r\ntwo\nthree", journal: true));

    [Fact]
    public void A_warning_says_what_went_wrong_without_a_stack_trace() =>
        Assert.Equal("<4>BatchSource: retrying (IOException: gone)\n", Format(LogLevel.Warning, "retrying", new IOException("gone"), journal: true));

    [Fact]
    public void An_error_has_the_stack_trace_each_line_with_the_prefix()
    {
        string text = Format(LogLevel.Error, "broken", new InvalidOperationException("bug"), journal: true);

        Assert.Equal("<3>BatchSource: broken (InvalidOperationException: bug)\n<3>  System.InvalidOperationException: bug\n", text);
    }

    private static string Format(LogLevel level, string message, Exception? exception = null, bool journal = false)
    {
        LineFormatter formatter = new(new Options(new() { ForJournal = journal }), new FakeTimeProvider(Noon));
        using StringWriter writer = new();
        LogEntry<string> entry = new(level, "Aggregator.Core.Kafka.BatchSource", default, message, exception, (state, _) => state);
        formatter.Write(in entry, null, writer);
        return writer.ToString();
    }

    private sealed class Options(LineFormatterOptions value) : IOptionsMonitor<LineFormatterOptions>
    {
        public LineFormatterOptions CurrentValue => value;

        public LineFormatterOptions Get(string? name) => value;

        public IDisposable? OnChange(Action<LineFormatterOptions, string?> listener) => null;
    }
}
