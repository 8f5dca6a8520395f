using System.Reflection;
using Aggregator.Core.Publishing;
using Aggregator.Core.RemoteWrite;
using Aggregator.Core.Stored;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Backfill;

/// <summary>A Prometheus that the command line names to be asked. Authentication, TLS and time-out are those of the section <c>RemoteWrite</c>.</summary>
internal static class AskedPrometheus
{
    /// <summary>Asks it once: whoever cannot be asked is to be known before hours of records are read.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="url">What stands behind the option.</param>
    /// <param name="access">How to ask it.</param>
    /// <exception cref="CommandFailedException">It is no address.</exception>
    /// <exception cref="IOException">It cannot be asked.</exception>
    public static PrometheusStore Open(string option, string url, RemoteWriteSettings access)
    {
        if (RemoteWriteSection.UrlProblem(url) is { } problem)
        {
            throw new CommandFailedException($"{option} {Secrets.MaskAddress(url)}: {problem.Replace("a receiver", "a Prometheus", StringComparison.Ordinal)
                .Replace("/api/v1/write", "", StringComparison.Ordinal)}", ExitCode.Usage);
        }
        PrometheusStore store = new(new Uri(url), access, $"aggregator/{BuildInfo.Of(Assembly.GetExecutingAssembly()).Version}");
        try
        {
            store.TryAsync(CancellationToken.None).GetAwaiter().GetResult();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
