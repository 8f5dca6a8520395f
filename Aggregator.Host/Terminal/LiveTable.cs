using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Spectre.Console;

namespace Aggregator.Host.Terminal;

/// <summary>
/// Shows final windows to whoever sits before the terminal: a table of the last ones that is drawn anew with each result, or, where stdout is no
/// terminal, one aligned line for each complete window. An output like the others, so it can be plugged into the pipeline as it is.
/// </summary>
public sealed class LiveTable : IResultOutput
{
    private const int LinesBetweenHeaders = 20;

    // numbers of seven digits fit into the boxed table from here on
    private const int BoxedWidth = 110;

    private readonly Lock _lock = new();
    private readonly WindowTable _windows;
    private readonly IAnsiConsole? _terminal;
    private readonly TextWriter _output;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _live = Task.CompletedTask;
    private LiveDisplayContext? _context;
    private string _caption = "";
    private int _lines;

    private LiveTable(IAnsiConsole? terminal, TextWriter output, int windows)
    {
        _terminal = terminal;
        _output = output;
        _windows = new(windows);
        if (_terminal is not null)
        {
            _live = _terminal.Live(Draw()).AutoClear(false).Overflow(VerticalOverflow.Crop).StartAsync(async context =>
            {
                lock (_lock)
                {
                    _context = context;
                    context.UpdateTarget(Draw());
                }
                await _closed.Task;
            });
        }
    }

    public string Name => "table";

    /// <summary>Whether it draws on a terminal, where lines that others write there would tear it.</summary>
    public bool IsLive => _terminal is not null;

    /// <summary>Writes a line above the table, as the log of a verb that shows one.</summary>
    public void Say(string line)
    {
        lock (_lock)
        {
            if (_terminal is null)
            {
                _output.WriteLine(line);
                return;
            }
            // A live display moves down for what its own console writes; as wide as the terminal, so that nothing of the table is left beside it.
            _terminal.Write(new Table().NoBorder().HideHeaders().Expand().AddColumn(new TableColumn("").Padding(0, 0)).AddRow(new Text(line, new Style(Color.Yellow))));
        }
    }

    /// <summary>A line below the table: where the metrics are, how to end. On a plain output it is written once each time it changes.</summary>
    public string Caption
    {
        get => _caption;
        set
        {
            lock (_lock)
            {
                if (_terminal is null && value != _caption)
                {
                    _output.WriteLine(value);
                    _lines = 0;
                }
                _caption = value;
                _context?.UpdateTarget(Draw());
            }
        }
    }

    /// <summary>A live table where stdout is a terminal, else plain lines.</summary>
    /// <param name="windows">How many windows the table shows.</param>
    public static LiveTable ForStandardOutput(int windows = 12) => Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") == "dumb"
        ? Plain(Console.Out, windows)
        : Live(AnsiConsole.Console, windows);

    /// <summary>A live table on a terminal.</summary>
    public static LiveTable Live(IAnsiConsole terminal, int windows = 12) => new(terminal, TextWriter.Null, windows);

    /// <summary>Plain lines into any writer.</summary>
    public static LiveTable Plain(TextWriter output, int windows = 12) => new(null, output, windows);

    public ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        lock (_lock)
        {
            IReadOnlyList<WindowTableRow> completed = _windows.Add(results);
            if (_terminal is null)
            {
                WriteLines(completed);
            }
            else
            {
                _context?.UpdateTarget(Draw());
            }
        }
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _closed.TrySetResult();
        await _live;
    }

    private void WriteLines(IReadOnlyList<WindowTableRow> rows)
    {
        foreach (WindowTableRow row in rows)
        {
            if (_lines++ % LinesBetweenHeaders == 0)
            {
                _output.WriteLine(Aligned(WindowTable.Header));
            }
            _output.WriteLine(Aligned(WindowTable.Cells(row)));
        }
        _output.Flush();
    }

    private static string Aligned(IReadOnlyList<string> cells) =>
        string.Join("  ", cells.Select((cell, column) => cell.PadLeft(Math.Max(9, WindowTable.Header[column].Length))));

    private Rows Draw()
    {
        bool isNarrow = _terminal!.Profile.Width < BoxedWidth;
        Table table = new Table().Border(isNarrow ? TableBorder.Simple : TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (string title in WindowTable.Header)
        {
            // on 80 columns every one counts: titles break at their space, and only one space parts the columns
            string text = isNarrow ? title.Replace(' ', '\n') : title;
            TableColumn column = new TableColumn(new Text(text, new Style(decoration: Decoration.Bold))).RightAligned().NoWrap();
            table.AddColumn(isNarrow ? column.Padding(0, 0) : column);
        }
        foreach (WindowTableRow row in _windows.Rows)
        {
            table.AddRow(WindowTable.Cells(row).Select(cell => new Text(cell, row.IsComplete ? Style.Plain : new Style(Color.Grey))));
        }
        if (_windows.Rows.Count == 0)
        {
            table.AddRow(WindowTable.Header.Select((_, column) => new Text(column == 0 ? "waiting" : "…", new Style(Color.Grey))));
        }
        return new Rows(table, new Text(_caption, new Style(Color.Grey)));
    }
}
