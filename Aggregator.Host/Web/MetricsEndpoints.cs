using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;

namespace Aggregator.Host.Web;

/// <summary>What Prometheus and probes ask for: <c>/metrics</c>, <c>/-/healthy</c> and <c>/-/ready</c>, each to GET and HEAD.</summary>
public static class MetricsEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder routes, MetricsPage page, ServiceStatus status)
    {
        routes.MapMethods("/metrics", Reading, context => WriteMetricsAsync(context, page));
        routes.MapMethods("/-/healthy", Reading, context => PlainText.WriteAsync(context, StatusCodes.Status200OK, "Aggregator is healthy.\n"));
        routes.MapMethods("/-/ready", Reading, context => status.NotReadyReason is { } reason
            ? PlainText.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, $"Aggregator is not ready: {reason}\n")
            : PlainText.WriteAsync(context, StatusCodes.Status200OK, "Aggregator is ready.\n"));
    }

    private static async Task WriteMetricsAsync(HttpContext context, MetricsPage page)
    {
        PageFormat format = ContentNegotiation.Format(context.Request);
        bool gzip = ContentNegotiation.TakesGzip(context.Request);
        MetricsBody body = await page.RenderAsync(format, gzip, context.RequestAborted);
        HttpResponse response = context.Response;
        response.ContentType = ContentNegotiation.ContentType(format);
        response.ContentLength = body.Length;
        response.Headers.Vary = "Accept, Accept-Encoding";
        response.Headers.CacheControl = "no-store";
        if (gzip)
        {
            response.Headers.ContentEncoding = "gzip";
        }
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }
        foreach (ReadOnlyMemory<byte> piece in body.Pieces)
        {
            await response.Body.WriteAsync(piece, context.RequestAborted);
        }
    }
}
