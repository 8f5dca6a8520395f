using System.CommandLine;
using Aggregator.Host;
using Aggregator.Host.Logging;
using Aggregator.Host.Settings;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aggregator.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task A_verb_gets_its_settings()
    {
        int code = await RunAsync("show", "--set", "Aggregation:Window=00:00:10", "--set", "Kafka:GroupId=g");

        Assert.Equal((0, "00:00:10 g\n", ""), (code, _output.ToString(), _error.ToString()));
    }

    [Fact]
    public async Task Settings_that_cannot_be_used_end_the_program_with_2()
    {
        int code = await RunAsync("show", "--set", "Aggregation:Window=7");

        Assert.Equal(2, code);
        Assert.Equal("aggregator: 1 setting cannot be used:\n  Aggregation:Window  = 7   must be a time as hh:mm:ss; for 7 s write 00:00:07\n", _error.ToString());
        Assert.Empty(_output.ToString());
    }

    [Theory]
    [InlineData("unknown option '--cofnig'; did you mean --config?\n'aggregator show --help' shows what is possible.", "show", "--cofnig", "x.json")]
    [InlineData("unknown option '--log-lvel'; did you mean --log-level?\n'aggregator show --help' shows what is possible.", "show", "--log-lvel=debug")]
    [InlineData("unknown verb 'shwo'; did you mean show?\n'aggregator --help' shows what is possible.", "shwo")]
    [InlineData("unknown argument 'more'\n'aggregator show --help' shows what is possible.", "show", "more")]
    [InlineData("Required argument missing for option: '--set'.\n'aggregator show --help' shows what is possible.", "show", "--set")]
    [InlineData("--log-level is 'loud'; it must be trace, debug, info, warn, error, critical or none\n'aggregator show --help' shows what is possible.", "show", "--log-level", "loud")]
    public async Task Wrong_usage_is_explained_and_ends_with_2(string message, params string[] args)
    {
        int code = await RunAsync(args);

        Assert.Equal((2, "", $"aggregator: {message}\n"), (code, _output.ToString(), _error.ToString()));
    }

    [Fact]
    public async Task Without_a_verb_the_help_goes_to_stderr()
    {
        int code = await RunAsync();

        Assert.Equal(2, code);
        Assert.Contains("Usage:\n  aggregator [command] [options]", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task A_verb_that_fails_says_why_in_one_line()
    {
        Assert.Equal(1, await RunAsync("fail"));
        Assert.Equal("aggregator: no broker answered\n", _error.ToString());
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_no_defect()
    {
        Assert.Equal(1, await RunAsync("lose"));
        Assert.Equal("aggregator: disk full\n", _error.ToString());
    }

    [Theory]
    [InlineData(LogLevel.Information, "log")]
    [InlineData(LogLevel.Warning, "log", "--log-level", "warn")]
    [InlineData(LogLevel.Debug, "--log-level", "Debug", "log")]
    public async Task The_log_level_can_stand_before_or_after_the_verb(LogLevel expected, params string[] args)
    {
        Assert.Equal(0, await RunAsync(args));
        Assert.Equal($"{expected}\n", _output.ToString());
    }

    private async Task<int> RunAsync(params string[] args)
    {
        Command show = new("show", "Shows.");
        SettingsOptions settings = SettingsOptions.AddTo(show);
        show.SetAction(parsed =>
        {
            AggregatorSettings read = settings.Read(parsed);
            _output.Write($"{read.Aggregation.Window} {read.Kafka.GroupId}\n");
        });
        Command log = new("log", "Logs.");
        log.SetAction(parsed => _output.Write($"{LogOptions.LevelOf(parsed)}\n"));
        Command fail = new("fail", "Fails.");
        fail.SetAction((Func<ParseResult, int>)(_ => throw new CommandFailedException("no broker answered")));
        Command lose = new("lose", "Loses.");
        lose.SetAction((Func<ParseResult, int>)(_ => throw new IOException("disk full")));
        return await CommandLineApp.RunAsync(args, _output, _error, show, log, fail, lose);
    }
}
