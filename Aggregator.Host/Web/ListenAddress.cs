using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Aggregator.Host.Web;

/// <summary>
/// Where the web server listens, as given to <c>--web.listen-address</c>: <c>127.0.0.1:9464</c>, <c>[::1]:9464</c>, <c>localhost:9464</c>,
/// or <c>:9464</c> for every address of the machine. Port 0 takes a free one.
/// </summary>
/// <param name="Address">The address; null for every address of the machine.</param>
/// <param name="Port">0 to 65535.</param>
public sealed record ListenAddress(IPAddress? Address, int Port)
{
    /// <summary>Only this machine, port 9464 (where exporters of OpenTelemetry listen).</summary>
    public static ListenAddress Default { get; } = new(IPAddress.Loopback, 9464);

    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address, if it is one.</param>
    /// <param name="problem">What is wrong with it otherwise, in words for the user.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        problem = null;
        int colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            problem = $"'{text}' has no port; expected HOST:PORT, such as 127.0.0.1:9464, [::1]:9464 or :9464";
            return false;
        }
        string host = text[..colon];
        string port = text[(colon + 1)..];
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
        {
            problem = $"'{text}': the port is '{port}'; expected 0 to 65535";
            return false;
        }
        if (!TryParseHost(host, out IPAddress? ip))
        {
            problem = $"'{text}': the host is '{host}'; expected an IP address (IPv6 in brackets), localhost, or nothing for every address of the machine";
            return false;
        }
        address = new(ip, number);
        return true;
    }

    public override string ToString() => Address is null ? string.Create(CultureInfo.InvariantCulture, $":{Port}") : new IPEndPoint(Address, Port).ToString();

    private static bool TryParseHost(string host, out IPAddress? address)
    {
        address = null;
        if (host.Length == 0)
        {
            return true;
        }
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            address = IPAddress.Loopback;
            return true;
        }
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        // IPAddress takes 127.1 and 0x7f000001 too; whoever writes that has more likely made a mistake.
        return IPAddress.TryParse(bracketed ? host[1..^1] : host, out address)
            && (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6) == bracketed
            && (bracketed || host.Count(c => c == '.') == 3);
    }
}
