using System.CommandLine;

namespace Aggregator.Host.Web;

/// <summary>The options <c>--web.…</c> of a verb, named as in Prometheus and its exporters.</summary>
public sealed class WebServerOptionSet
{
    private readonly Option<ListenAddress> _listen = ListenOption.Create();

    private readonly Option<string?> _configFile = new("--web.config.file")
    {
        HelpName = "FILE",
        Description = "TLS, client certificates, passwords and headers, as YAML in the format of Prometheus' exporters. It may change at any time; it is read again by itself.",
    };

    private readonly Option<bool> _enableLifecycle = new("--web.enable-lifecycle")
    {
        Description = "Lets POST or PUT /-/reload read the file of --web.config.file again at once, and /-/quit stop the service.",
    };

    private WebServerOptionSet()
    {
    }

    public static WebServerOptionSet AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        WebServerOptionSet options = new();
        command.Options.Add(options._listen);
        command.Options.Add(options._configFile);
        command.Options.Add(options._enableLifecycle);
        return options;
    }

    public WebServerOptions Read(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return new(parsed.GetValue(_listen)!, parsed.GetValue(_configFile), parsed.GetValue(_enableLifecycle));
    }
}
