using System.Text;

namespace Aggregator.Host.Web;

/// <summary>Writes an answer of plain text; to HEAD only its headers.</summary>
internal static class PlainText
{
    public static Task WriteAsync(HttpContext context, int status, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = bytes.Length;
        response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
