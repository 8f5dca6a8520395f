using System.Globalization;
using System.Text;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Publishing;

public sealed class ResultFileTests : IDisposable
{
    private static readonly IReadOnlyList<IReadOnlyList<string>> Groups = [["region"], ["region", "node"]];

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task Cut_at_any_byte_it_is_continued_to_the_whole_from_any_window_that_a_restart_may_begin_with()
    {
        WindowResult[] windows = [.. Enumerable.Range(0, 3).Select(Window)];
        byte[] whole = await WrittenAsync([], windows);
        Assert.Equal(9, whole.Count(b => b == '\n'));
        int[] ends = [.. windows.Select((_, i) => WrittenLength(windows, i))];

        for (int length = 0; length <= whole.Length; length++)
        {
            // Everything before the last committed window is whole; that one, or a later one, broke off.
            int torn = Array.FindIndex(ends, end => length < end);
            for (int first = 0; first <= (torn < 0 ? windows.Length - 1 : torn); first++)
            {
                byte[] continued = await WrittenAsync(whole[..length], windows[first..]);
                Assert.True(whole.AsSpan().SequenceEqual(continued), $"cut at {length}, continued from window {first}:\n{Encoding.UTF8.GetString(continued)}");
            }
        }
    }

    [Fact]
    public async Task A_window_of_more_lines_than_are_looked_at_first_is_continued_where_it_broke_off()
    {
        // 20,000 groups are some 3 MB; the last 1 MB of the file is looked at first.
        WindowResult[] windows = [Window(0), Large(1, 20_000)];
        byte[] whole = await WrittenAsync([], windows);
        Assert.True(whole.Length > 2_500_000);

        foreach (int cut in new[] { 1, 77, 2_000_000 })
        {
            byte[] continued = await WrittenAsync(whole[..^cut], windows[1..]);
            Assert.True(whole.AsSpan().SequenceEqual(continued), $"cut {cut} bytes before the end");
        }
    }

    [Fact]
    public async Task A_line_of_zeros_that_a_power_cut_left_is_written_anew()
    {
        WindowResult[] windows = [Window(0), Window(1)];
        byte[] whole = await WrittenAsync([], windows);
        byte[] first = await WrittenAsync([], windows[..1]);

        Assert.Equal(whole, await WrittenAsync([.. first, .. new byte[1_000]], windows));
    }

    [Fact]
    public void A_file_of_something_else_is_left_alone()
    {
        File.WriteAllText(_path, "# notes\nremember the milk\n");

        IOException refusal = Assert.Throws<IOException>(() => new ResultFile(_path, Groups));

        Assert.Equal($"{_path}: its last lines are no results of windows; name another file, or move this one away", refusal.Message);
        Assert.Equal("# notes\nremember the milk\n", File.ReadAllText(_path));
    }

    [Fact]
    public void A_file_of_something_else_without_a_last_line_end_is_left_alone()
    {
        File.WriteAllText(_path, "# notes\nremember the milk");

        Assert.Throws<IOException>(() => new ResultFile(_path, Groups));

        Assert.Equal("# notes\nremember the milk", File.ReadAllText(_path));
    }

    [Fact]
    public void A_file_of_one_line_that_is_no_result_is_left_alone()
    {
        File.WriteAllText(_path, "remember the milk");

        Assert.Throws<IOException>(() => new ResultFile(_path, Groups));

        Assert.Equal("remember the milk", File.ReadAllText(_path));
    }

    [Fact]
    public async Task A_pipe_is_refused_at_once()
    {
        File.Delete(_path);
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start("mkfifo", _path))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        IOException refusal = Assert.Throws<IOException>(() => new ResultFile(_path, Groups));

        Assert.Equal($"{_path}: is a pipe or a device; only a file can be continued after a crash", refusal.Message);
    }

    private async Task<byte[]> WrittenAsync(byte[] before, WindowResult[] windows)
    {
        await File.WriteAllBytesAsync(_path, before);
        await using (ResultFile file = new(_path, Groups))
        {
            foreach (WindowResult window in windows)
            {
                await file.PublishAsync(new FinalResults([], [window]), CancellationToken.None);
            }
        }
        return await File.ReadAllBytesAsync(_path);
    }

    private static int WrittenLength(WindowResult[] windows, int last)
    {
        using MemoryStream lines = new();
        foreach (WindowResult window in windows[..(last + 1)])
        {
            foreach (GroupResult group in window.Groups)
            {
                ResultLine.Write(lines, window.Window, group, Groups);
            }
        }
        return (int)lines.Length;
    }

    private static WindowResult Window(int index) => WindowBuilder.At(index)
        .Total(online: 5, samples: [49, 120], acks: 8, errors: [("E_OFFLINE", 1)], sent: 10, delivered: 8)
        .Group(0, ["北京"], online: 3, sent: 1).Group(1, ["eu", "n\"1"], online: 2).WindowResult;

    private static WindowResult Large(int index, int groups)
    {
        WindowBuilder window = WindowBuilder.At(index).Total(online: 5);
        for (int i = 0; i < groups; i++)
        {
            window.Group(0, [i.ToString("D5", CultureInfo.InvariantCulture)], online: 3, sent: i);
        }
        return window.WindowResult;
    }
}
