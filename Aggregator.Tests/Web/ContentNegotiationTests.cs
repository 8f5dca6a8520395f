using Aggregator.Core.Publishing;
using Aggregator.Host.Web;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Aggregator.Tests.Web;

public sealed class ContentNegotiationTests
{
    private const string Prometheus2 =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    private const string Prometheus3 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
        + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    private const string Prometheus3WithTextFirst =
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,*/*;q=0.2";

    private const string Protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,application/openmetrics-text;version=1.0.0;q=0.6";

    [Theory]
    [InlineData(null, PageFormat.Text)]
    [InlineData("", PageFormat.Text)]
    [InlineData("*/*", PageFormat.Text)]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", PageFormat.Text)]
    [InlineData("text/plain", PageFormat.Text)]
    [InlineData("application/openmetrics-text", PageFormat.OpenMetrics)]
    [InlineData("Application/OpenMetrics-Text; Version=\"1.0.0\"", PageFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text;version=0.0.1", PageFormat.Text)]
    [InlineData("application/openmetrics-text;q=0", PageFormat.Text)]
    [InlineData("application/openmetrics-text;q=0.3, text/plain;q=0.4", PageFormat.Text)]
    [InlineData("text/plain;version=0.0.4;q=0.3, application/openmetrics-text;q=0.31", PageFormat.OpenMetrics)]
    [InlineData("text/plain, application/openmetrics-text", PageFormat.Text)]
    [InlineData("application/openmetrics-text, text/plain", PageFormat.OpenMetrics)]
    [InlineData("application/json", PageFormat.Text)]
    [InlineData(";;;q=", PageFormat.Text)]
    [InlineData(Prometheus2, PageFormat.OpenMetrics)]
    [InlineData(Prometheus3, PageFormat.OpenMetrics)]
    [InlineData(Prometheus3WithTextFirst, PageFormat.Text)]
    [InlineData(Protobuf, PageFormat.OpenMetrics)]
    public void The_accepted_format_with_the_highest_q_is_taken(string? accept, PageFormat format)
    {
        DefaultHttpContext context = new();
        context.Request.Headers.Accept = accept;
        Assert.Equal(format, ContentNegotiation.Format(context.Request));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("gzip", true)]
    [InlineData("deflate, GZIP;q=0.5, br", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("gzip;q=0, *", false)]
    [InlineData("*", true)]
    [InlineData("*;q=0", false)]
    [InlineData("identity", false)]
    [InlineData("br, zstd", false)]
    public void Gzip_is_used_where_it_is_accepted(string? acceptEncoding, bool gzip)
    {
        DefaultHttpContext context = new();
        context.Request.Headers.AcceptEncoding = acceptEncoding;
        Assert.Equal(gzip, ContentNegotiation.TakesGzip(context.Request));
    }
}
