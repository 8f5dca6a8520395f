using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;

namespace Aggregator.Host.Web;

/// <summary>What the web server answers: <c>/metrics</c>, <c>/-/healthy</c>, <c>/-/ready</c> and <c>/</c>, each to GET and HEAD.</summary>
public static class MetricsEndpoints
{
    private const string PlainText = "text/plain; charset=utf-8";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder routes, MetricsPage page, ServiceStatus status)
    {
        routes.MapMethods("/metrics", Reading, context => WriteMetricsAsync(context, page));
        routes.MapMethods("/-/healthy", Reading, context => WriteAsync(context, StatusCodes.Status200OK, PlainText, "Aggregator is healthy.\n"));
        routes.MapMethods("/-/ready", Reading, context => status.NotReadyReason is { } reason
            ? WriteAsync(context, StatusCodes.Status503ServiceUnavailable, PlainText, $"Aggregator is not ready: {reason}\n")
            : WriteAsync(context, StatusCodes.Status200OK, PlainText, "Aggregator is ready.\n"));
        routes.MapMethods("/", Reading, context =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
            return WriteAsync(context, StatusCodes.Status200OK, "text/html; charset=utf-8", IndexPage.Html);
        });
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

    private static Task WriteAsync(HttpContext context, int status, string contentType, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
