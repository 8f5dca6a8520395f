using System.Text.RegularExpressions;
using Aggregator.Core.Publishing;
using Aggregator.Core.RemoteWrite;

namespace Aggregator.Host.Settings;

/// <summary>The rules of the section <c>RemoteWrite</c>: where results are written to besides the page, and how.</summary>
public static partial class RemoteWriteSection
{
    public const string Name = "RemoteWrite";

    // What the protocol fixes, and what has a setting of its own.
    private static readonly string[] FixedHeaders =
        ["Content-Type", "Content-Encoding", "Content-Length", "Transfer-Encoding", "Host", "User-Agent", "X-Prometheus-Remote-Write-Version"];

    private static readonly RemoteWriteSettings Defaults = new();

    /// <param name="section">The section.</param>
    /// <param name="dimensionSets">The dimension sets of the settings, whose labels are taken.</param>
    public static RemoteWriteSettings Read(SectionReader section, IReadOnlyList<IReadOnlyList<string>> dimensionSets)
    {
        ArgumentNullException.ThrowIfNull(section);
        string? url = section.OptionalText("Url", UrlProblem);
        RemoteWriteSettings settings = new()
        {
            Url = url is null ? null : new Uri(url),
            Username = section.OptionalText("Username", name => name.Contains(':', StringComparison.Ordinal) ? "must not have a colon" : null),
            Password = section.OptionalText("Password"),
            BearerToken = section.OptionalText("BearerToken", token => token.Any(c => c is <= ' ' or > '~') ? "must be letters, digits and signs without a space" : null),
            Headers = section.Map("Headers", areSecrets: true),
            Labels = new(Labels(section, dimensionSets)),
            TlsCaLocation = section.OptionalText("TlsCaLocation", FileProblem),
            TlsCertificateLocation = section.OptionalText("TlsCertificateLocation", FileProblem),
            TlsKeyLocation = section.OptionalText("TlsKeyLocation", FileProblem),
            Timeout = section.Time("Timeout", Defaults.Timeout, time => Range(time, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10))),
            MinBackoff = section.Time("MinBackoff", Defaults.MinBackoff, time => Range(time, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10))),
            MaxBackoff = section.Time("MaxBackoff", Defaults.MaxBackoff, time => Range(time, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1))),
            MaxSamplesPerSend = section.Whole("MaxSamplesPerSend", Defaults.MaxSamplesPerSend, 1, 10_000),
            MaxBufferMiB = section.Whole("MaxBufferMiB", Defaults.MaxBufferMiB, 1, 4_096),
            NativeHistograms = section.Choice("NativeHistograms", "true", "true", "false") == "true",
        };
        Judge(section, settings);
        return settings;
    }

    /// <summary>What of an address cannot be; null where all is well.</summary>
    public static string? UrlProblem(string url) =>
        !Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0
            ? "must be the address of a receiver, for example http://prometheus:9090/api/v1/write"
            : uri.UserInfo.Length > 0 ? "must not have a user or password in it; set RemoteWrite:Username and RemoteWrite:Password"
            : null;

    private static IReadOnlyDictionary<string, string> Labels(SectionReader section, IReadOnlyList<IReadOnlyList<string>> dimensionSets)
    {
        IReadOnlyDictionary<string, string> labels = section.Map("ExternalLabels");
        foreach ((string name, string value) in labels)
        {
            if (ExternalLabels.Problem(name, value, dimensionSets) is { } problem)
            {
                section.Fail($"ExternalLabels:{name}", problem);
            }
        }
        return labels;
    }

    private static void Judge(SectionReader section, RemoteWriteSettings settings)
    {
        if (settings.Username is not null && settings.BearerToken is not null)
        {
            section.Fail("BearerToken", "cannot be used together with RemoteWrite:Username");
        }
        if (settings.Password is not null && settings.Username is null && !section.IsSet("Username"))
        {
            section.Fail("Password", "needs RemoteWrite:Username");
        }
        if (settings.TlsKeyLocation is not null && settings.TlsCertificateLocation is null && !section.IsSet("TlsCertificateLocation"))
        {
            section.Fail("TlsKeyLocation", "needs RemoteWrite:TlsCertificateLocation");
        }
        if (settings.MaxBackoff < settings.MinBackoff)
        {
            section.Fail(section.IsSet("MaxBackoff") ? "MaxBackoff" : "MinBackoff", "RemoteWrite:MaxBackoff must not be less than RemoteWrite:MinBackoff");
        }
        foreach ((string name, string value) in settings.Headers)
        {
            string? problem = !HeaderName().IsMatch(name) ? "must be the name of an HTTP header"
                : FixedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) ? "is set by the protocol"
                : string.Equals(name, "Authorization", StringComparison.OrdinalIgnoreCase) && (settings.Username ?? settings.BearerToken) is not null
                    ? "cannot be used together with RemoteWrite:Username or RemoteWrite:BearerToken"
                : value.Any(c => c is < ' ' or > '~') ? "must be printable ASCII" : null;
            if (problem is not null)
            {
                section.Fail($"Headers:{name}", problem);
            }
        }
    }

    private static string? FileProblem(string path) => File.Exists(path) ? null : "no such file; name a PEM file";

    private static string? Range(TimeSpan time, TimeSpan least, TimeSpan most) =>
        time >= least && time <= most ? null : $"must be from {SettingTime.Format(least)} to {SettingTime.Format(most)}";

    [GeneratedRegex(@"^[!#$%&'*+.^_`|~0-9A-Za-z-]+\z")]
    private static partial Regex HeaderName();
}
