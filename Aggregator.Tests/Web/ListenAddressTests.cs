using Aggregator.Host.Web;
using Xunit;

namespace Aggregator.Tests.Web;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:9464", "127.0.0.1:9464")]
    [InlineData("0.0.0.0:0", "0.0.0.0:0")]
    [InlineData(":9464", ":9464")]
    [InlineData("[::1]:9464", "[::1]:9464")]
    [InlineData("[::]:1", "[::]:1")]
    [InlineData("localhost:80", "127.0.0.1:80")]
    [InlineData("LOCALHOST:65535", "127.0.0.1:65535")]
    public void These_forms_are_understood(string text, string meaning)
    {
        Assert.True(ListenAddress.TryParse(text, out ListenAddress? address, out string? problem), problem);
        Assert.Equal(meaning, address.ToString());
    }

    [Theory]
    [InlineData("", "'' has no port; expected HOST:PORT, such as 127.0.0.1:9464, [::1]:9464 or :9464")]
    [InlineData("9464", "'9464' has no port; expected HOST:PORT, such as 127.0.0.1:9464, [::1]:9464 or :9464")]
    [InlineData("127.0.0.1:", "'127.0.0.1:': the port is ''; expected 0 to 65535")]
    [InlineData("127.0.0.1:65536", "'127.0.0.1:65536': the port is '65536'; expected 0 to 65535")]
    [InlineData("127.0.0.1:+1", "'127.0.0.1:+1': the port is '+1'; expected 0 to 65535")]
    [InlineData("::1:9464",
        "'::1:9464': the host is '::1'; expected an IP address (IPv6 in brackets), localhost, or nothing for every address of the machine")]
    [InlineData("[127.0.0.1]:1",
        "'[127.0.0.1]:1': the host is '[127.0.0.1]'; expected an IP address (IPv6 in brackets), localhost, or nothing for every address of the machine")]
    [InlineData("127.1:1",
        "'127.1:1': the host is '127.1'; expected an IP address (IPv6 in brackets), localhost, or nothing for every address of the machine")]
    [InlineData("example.org:1",
        "'example.org:1': the host is 'example.org'; expected an IP address (IPv6 in brackets), localhost, or nothing for every address of the machine")]
    [InlineData("http://127.0.0.1:1",
        "'http://127.0.0.1:1': the host is 'http://127.0.0.1'; expected an IP address (IPv6 in brackets), localhost, or nothing for every address of the machine")]
    public void Anything_else_is_explained(string text, string expected)
    {
        Assert.False(ListenAddress.TryParse(text, out _, out string? problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void The_default_is_this_machine_only()
    {
        Assert.Equal("127.0.0.1:9464", ListenAddress.Default.ToString());
    }
}
