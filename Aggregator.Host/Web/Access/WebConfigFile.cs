using System.Globalization;
using System.Text.RegularExpressions;
using Aggregator.Host.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Aggregator.Host.Web.Access;

/// <summary>
/// Reads the file of <c>--web.config.file</c>: the format of Prometheus' exporter toolkit. Every error is named at once; keys that are not known are
/// errors. Paths in it are relative to its folder.
/// </summary>
public static partial class WebConfigFile
{
    /// <summary>The headers that the format allows; what is not here has no place in it.</summary>
    private static readonly string[] AllowedHeaders =
        ["Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "X-XSS-Protection", "Strict-Transport-Security"];

    /// <returns>What it says; null where there are errors.</returns>
    public static (WebConfig? Config, IReadOnlyList<SettingError> Errors) Read(string path)
    {
        List<SettingError> errors = [];
        YamlMappingNode? root = Parse(path, errors);
        if (errors.Count > 0)
        {
            return (null, errors);
        }
        WebConfigNode file = new("", root, path, errors);
        WebConfigNode tlsNode = file.Node("tls_server_config");
        TlsConfigReader tls = new(tlsNode, path);
        WebConfigNode http = file.Node("http_server_config");
        WebConfig config = new()
        {
            Tls = tls.Read(),
            Http2 = http.Flag("http2", true),
            Headers = Headers(http.Node("headers")),
            Users = Users(file.Node("basic_auth_users")),
            RateLimit = Limit(file.Node("rate_limit")),
            Files = [path, .. tls.Files],
        };
        http.Finish();
        file.Finish();
        return (errors.Count == 0 ? config : null, errors);
    }

    private static YamlMappingNode? Parse(string path, List<SettingError> errors)
    {
        try
        {
            using StreamReader reader = new(path);
            YamlStream stream = [];
            stream.Load(reader);
            YamlNode? root = stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
            if (root is YamlMappingNode or null or YamlScalarNode { Value: "" or null })
            {
                return root as YamlMappingNode;
            }
            errors.Add(new(Path.GetFileName(path), null, "must be a mapping: tls_server_config, basic_auth_users, …"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            errors.Add(new("--web.config.file", path, $"cannot be read: {failure.Message}"));
        }
        catch (YamlException failure)
        {
            string where = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}:{failure.Start.Line}:{failure.Start.Column}");
            errors.Add(new(where, null, $"is no YAML: {failure.InnerException?.Message ?? failure.Message}"));
        }
        return null;
    }

    private static Dictionary<string, string> Headers(WebConfigNode node)
    {
        Dictionary<string, string> headers = AllowedHeaders.Select(name => KeyValuePair.Create(name, node.Text(name)))
            .Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.OrdinalIgnoreCase);
        node.Finish();
        if (headers.GetValueOrDefault("X-Frame-Options") is { } frames && frames is not ("deny" or "sameorigin"))
        {
            node.Fail("X-Frame-Options", frames, "must be deny or sameorigin");
        }
        if (headers.GetValueOrDefault("X-Content-Type-Options") is { } options && options != "nosniff")
        {
            node.Fail("X-Content-Type-Options", options, "must be nosniff");
        }
        foreach ((string name, string value) in headers.Where(pair => pair.Value.Any(char.IsControl)))
        {
            node.Fail(name, null, "must be one line");
        }
        return headers;
    }

    private static IReadOnlyDictionary<string, string> Users(WebConfigNode node)
    {
        IReadOnlyDictionary<string, string> users = node.Pairs();
        foreach ((string user, string hash) in users)
        {
            if (user.Length == 0 || user.Contains(':', StringComparison.Ordinal))
            {
                node.Fail(user, null, "a user has a name without a colon");
            }
            // The value is not repeated: whoever gets this wrong has often put the password itself there.
            else if (!Bcrypt().IsMatch(hash))
            {
                node.Fail(user, null, "must be a bcrypt hash, as 'htpasswd -nBC 10 NAME' prints it: $2y$10$…");
            }
        }
        return users;
    }

    private static RateLimit? Limit(WebConfigNode node)
    {
        string? interval = node.Text("interval");
        string? burst = node.Text("burst");
        node.Finish();
        if (!node.IsThere || interval is null or "0")
        {
            return null;
        }
        if (Duration().Match(interval) is not { Success: true } match || !double.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out double number))
        {
            node.Fail("interval", interval, "must be a time with its unit: 100ms, 1s, 1m");
            return null;
        }
        if (!int.TryParse(burst ?? "1", NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count < 1)
        {
            node.Fail("burst", burst, "must be a whole number from 1");
            return null;
        }
        TimeSpan time = match.Groups[2].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            _ => TimeSpan.FromMinutes(number),
        };
        return time > TimeSpan.Zero ? new(time, count) : null;
    }

    [GeneratedRegex(@"^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Bcrypt();

    [GeneratedRegex(@"^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m)\z")]
    private static partial Regex Duration();
}
