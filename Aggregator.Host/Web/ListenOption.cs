using System.CommandLine;
using System.CommandLine.Parsing;

namespace Aggregator.Host.Web;

/// <summary>The option <c>--web.listen-address</c>, named as in Prometheus and its exporters.</summary>
public static class ListenOption
{
    public static Option<ListenAddress> Create() => new("--web.listen-address")
    {
        HelpName = "HOST:PORT",
        Description = $"Where to serve the page and /metrics; ':9464' is every address of this machine, '{ListenAddress.Default}' if not given.",
        DefaultValueFactory = _ => ListenAddress.Default,
        CustomParser = Parse,
    };

    private static ListenAddress? Parse(ArgumentResult argument)
    {
        if (!ListenAddress.TryParse(argument.Tokens[0].Value, out ListenAddress? address, out string? problem))
        {
            argument.AddError($"--web.listen-address: {problem}");
        }
        return address;
    }
}
