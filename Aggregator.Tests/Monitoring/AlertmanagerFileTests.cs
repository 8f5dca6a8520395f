using System.Diagnostics;
using System.Text.RegularExpressions;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Monitoring;

/// <summary>The ready configuration of the Alertmanager in deploy/.</summary>
public sealed partial class AlertmanagerFileTests
{
    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Amtool_accepts_it()
    {
        (int code, string output) = await AmtoolAsync("check-config");

        Assert.True(code == 0, output);
        Assert.Contains("2 receivers", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("critical", "wake-up")]
    [InlineData("warning", "by-day")]
    public async Task Each_severity_has_its_receiver(string severity, string receiver)
    {
        (int code, string output) = await AmtoolAsync("config", "routes", "test", $"severity={severity}", "alertname=ImDeliveryRatioLow", "job=aggregator", "--config.file");

        Assert.True(code == 0, output);
        Assert.Equal(receiver, output.Trim());
    }

    [Fact]
    public void Every_alert_it_names_exists()
    {
        string[] alerts = [.. AlertRule.ReadAll().Select(alert => alert.Name)];
        string[] named = [.. Names().Matches(RepositoryTree.Read("deploy/alertmanager.yml")).Select(match => match.Value).Distinct()];

        Assert.True(named.Length > 10);
        Assert.Empty(named.Except(alerts));
    }

    private static async Task<(int Code, string Output)> AmtoolAsync(params string[] arguments)
    {
        string[] all = arguments[^1] == "--config.file" ? [.. arguments[..^1], "--config.file=deploy/alertmanager.yml"] : [.. arguments, "deploy/alertmanager.yml"];
        ProcessStartInfo start = new(AlertmanagerProcess.Program("amtool"), all)
        {
            WorkingDirectory = RepositoryTree.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process amtool = Process.Start(start)!;
        Task<string> output = amtool.StandardOutput.ReadToEndAsync(Aborted);
        Task<string> errors = amtool.StandardError.ReadToEndAsync(Aborted);
        await amtool.WaitForExitAsync(Aborted);
        return (amtool.ExitCode, amtool.ExitCode == 0 ? await output : await output + await errors);
    }

    [GeneratedRegex(@"\bIm[A-Z]\w+(?!\.)\b")]
    private static partial Regex Names();
}
