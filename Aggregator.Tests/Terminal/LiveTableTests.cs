using Aggregator.Core.Sketches;
using Aggregator.Core.Windows;
using Aggregator.Host.Logging;
using Aggregator.Host.Terminal;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using Xunit;

namespace Aggregator.Tests.Terminal;

public sealed class LiveTableTests
{
    private static readonly CancellationToken Never = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_terminal_each_complete_window_is_one_line()
    {
        using StringWriter output = new();
        await using LiveTable table = LiveTable.Plain(output);
        table.Caption = "metrics on http://127.0.0.1:9464/metrics";

        await table.PublishAsync(new([Activity(0), Activity(1)], []), Never);
        await table.PublishAsync(new([], [Window(0, 10_000, 9_999)]), Never);
        await table.PublishAsync(new([Activity(1)], [Window(0, 10_000, 9_999), Window(1, 0, 0)]), Never);

        Assert.Equal("""
            metrics on http://127.0.0.1:9464/metrics
            window (UTC)  online users       sent  delivered      ratio     p50 ms     p95 ms     p99 ms     max ms     errors
                00:00:00        12,345     10,000      9,999     99.99%         42        120        900     15,234          7
                00:00:10             0          0          0          -          -          -          -          -          0

            """, output.ToString());
    }

    [Fact]
    public async Task On_a_terminal_a_line_of_the_log_stands_above_the_table()
    {
        using StringWriter output = new();
        IAnsiConsole terminal = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.NoColors });
        terminal.Profile.Width = 200;
        await using (LiveTable table = LiveTable.Live(terminal))
        {
            using ILoggerFactory loggers = ConsoleLogging.Create(LogLevel.Warning, table.Say);
            ILogger logger = loggers.CreateLogger("Aggregator.Core.Kafka.Source");
            logger.LogInformation("not this");
            logger.LogWarning("Kafka does not answer.");
            await table.PublishAsync(new([Activity(0)], []), Never);
        }

        string text = output.ToString();
        Assert.DoesNotContain("not this", text, StringComparison.Ordinal);
        int line = text.IndexOf("warn  Source: Kafka does not answer.", StringComparison.Ordinal);
        Assert.True(line > 0 && text.IndexOf("12,345", line, StringComparison.Ordinal) > line, text);
    }

    [Fact]
    public void A_window_is_shown_with_its_activity_until_its_delivery_is_final_and_the_oldest_go()
    {
        WindowTable table = new(2);

        table.Add(new([Activity(0), Activity(1), Activity(2)], [Window(0, 5, 5)]));
        IReadOnlyList<WindowTableRow> completed = table.Add(new([], [Window(1, 10, 10)]));

        Assert.Equal([10_000L], completed.Select(row => row.Window.StartMs - 1767225600000));
        Assert.Equal(["100.00%", "…"], table.Rows.Select(row => WindowTable.Cells(row)[4]));
    }

    private static WindowSpan Span(int k) => new(1767225600000 + (k * 10_000), 10_000);

    private static GroupActivity Total(int k) => k > 0
        ? GroupActivity.None(GroupKey.Total)
        : new(GroupKey.Total, 12_345, 9_000, new(42, 120, 900, 61.2, 15_234, new LatencyHistogram()), 8_000, [new("E_A", 3), new("E_B", 4)]);

    private static ActivityResult Activity(int k) => new(Span(k), [Total(k)]);

    private static WindowResult Window(int k, long sent, long delivered) => new(Span(k), [new(GroupKey.Total, Total(k), new(GroupKey.Total, sent, delivered))]);
}
