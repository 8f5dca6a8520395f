using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Monitoring;

/// <summary>A real Alertmanager (Debian package prometheus-alertmanager) by itself, with its data in a temporary folder.</summary>
internal sealed class AlertmanagerProcess : IAsyncDisposable
{
    /// <summary>What to install.</summary>
    public const string Package = "Debian package: prometheus-alertmanager";

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _client;

    private AlertmanagerProcess(Process process, DirectoryInfo folder, int port)
    {
        _process = process;
        _folder = folder;
        Target = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        _client = new() { BaseAddress = new Uri($"http://{Target}") };
    }

    /// <summary>HOST:PORT.</summary>
    public string Target { get; }

    /// <summary>The path of a program of the package; skips the test where it is missing.</summary>
    public static string Program(string program)
    {
        string? path = PrometheusProcess.Find(program);
        Assert.SkipWhen(path is null, $"{program} is not installed ({Package})");
        return path!;
    }

    public static async Task<AlertmanagerProcess> StartAsync(string program, string configuration, CancellationToken cancellation)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("aggregator-alertmanager-");
        string file = Path.Combine(folder.FullName, "alertmanager.yml");
        await File.WriteAllTextAsync(file, configuration, cancellation);
        int port = PrometheusProcess.FreePort();
        ProcessStartInfo start = new(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("--config.file=" + file);
        start.ArgumentList.Add("--storage.path=" + Path.Combine(folder.FullName, "data"));
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"));
        start.ArgumentList.Add("--cluster.listen-address="); // one alone
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return new(process, folder, port);
    }

    /// <summary>The alerts that another one holds back at the moment, <c>ALERTNAME severity</c>.</summary>
    public async Task<string[]> InhibitedAsync(CancellationToken cancellation)
    {
        using JsonDocument alerts = JsonDocument.Parse(await _client.GetStringAsync("/api/v2/alerts", cancellation));
        return [.. alerts.RootElement.EnumerateArray()
            .Where(alert => alert.GetProperty("status").GetProperty("inhibitedBy").GetArrayLength() > 0)
            .Select(alert => $"{alert.GetProperty("labels").GetProperty("alertname")} {alert.GetProperty("labels").GetProperty("severity")}")];
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
