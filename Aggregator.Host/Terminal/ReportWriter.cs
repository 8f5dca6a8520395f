namespace Aggregator.Host.Terminal;

/// <summary>Writes a report for people: headings, marked lines with what to do, aligned tables. Colours only where somebody sees them.</summary>
public sealed class ReportWriter(TextWriter output, bool colours)
{
    private const string Reset = "\u001b[0m";

    /// <summary>For stdout: coloured on a terminal, unless NO_COLOR is set (no-color.org).</summary>
    public static ReportWriter ForStandardOutput(TextWriter output)
    {
        bool isTerminal = !Console.IsOutputRedirected && ReferenceEquals(output, Console.Out);
        return new(output, isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
    }

    /// <summary>For stderr: coloured on a terminal, unless NO_COLOR is set.</summary>
    public static ReportWriter ForStandardError(TextWriter error) =>
        new(error, !Console.IsErrorRedirected && ReferenceEquals(error, Console.Error) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    public void Heading(string text) => output.WriteLine(Painted(text, "\u001b[1m"));

    public void Blank() => output.WriteLine();

    public void Text(string text) => output.WriteLine(text);

    /// <summary>One finding, and below it what to do about it.</summary>
    public void Line(Mark mark, string text, string? whatToDo = null)
    {
        output.WriteLine($"  {Sign(mark)} {text}");
        if (whatToDo is not null)
        {
            output.WriteLine($"      {whatToDo.Replace("\n", "\n      ", StringComparison.Ordinal)}");
        }
    }

    /// <summary>Rows in columns as wide as they need to be; the last one is left as it is.</summary>
    public void Table(IReadOnlyList<string> header, IReadOnlyList<(Mark Mark, IReadOnlyList<string> Cells)> rows)
    {
        int[] widths = [.. header.Select((title, column) => rows.Select(row => row.Cells[column].Length).Append(title.Length).Max())];
        output.WriteLine(Painted("    " + Columns(header, widths), "\u001b[2m"));
        foreach ((Mark mark, IReadOnlyList<string> cells) in rows)
        {
            output.WriteLine($"  {Sign(mark)} {Columns(cells, widths)}");
        }
    }

    private static string Columns(IReadOnlyList<string> cells, int[] widths) =>
        string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();

    private string Sign(Mark mark) => mark switch
    {
        Mark.Good => Painted("✓", "\u001b[32m"),
        Mark.Remark => Painted("!", "\u001b[33m"),
        Mark.Bad => Painted("✗", "\u001b[31m"),
        _ => Painted("–", "\u001b[2m"),
    };

    private string Painted(string text, string colour) => colours ? colour + text + Reset : text;
}
