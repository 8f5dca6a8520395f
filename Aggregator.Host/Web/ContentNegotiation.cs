using Aggregator.Core.Publishing;
using Microsoft.Net.Http.Headers;

namespace Aggregator.Host.Web;

/// <summary>Which form of the page a scraper wants, by its headers (RFC 9110, sections 12.5.1 and 12.5.3).</summary>
public static class ContentNegotiation
{
    /// <summary>The format of the accepted media range with the highest q that we have; of equal ones the first. Prometheus' text where nothing fits.</summary>
    public static PageFormat Format(HttpRequest request)
    {
        if (MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? ranges))
        {
            foreach (MediaTypeHeaderValue range in ranges.OrderByDescending(range => range.Quality ?? 1))
            {
                if (range.Quality != 0 && Offered(range) is { } format)
                {
                    return format;
                }
            }
        }
        return PageFormat.Text;
    }

    /// <summary>Whether the page may be compressed with gzip.</summary>
    public static bool TakesGzip(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out IList<StringWithQualityHeaderValue>? codings))
        {
            return false;
        }
        StringWithQualityHeaderValue? gzip = codings.FirstOrDefault(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase))
            ?? codings.FirstOrDefault(coding => coding.Value == "*");
        return gzip is not null && gzip.Quality != 0;
    }

    public static string ContentType(PageFormat format) => format == PageFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    private static PageFormat? Offered(MediaTypeHeaderValue range)
    {
        string? version = range.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase))
            ?.GetUnescapedValue().Value;
        return range.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/openmetrics-text" when version is null or "1.0.0" => PageFormat.OpenMetrics,
            "text/plain" when version is null or "0.0.4" => PageFormat.Text,
            "text/*" or "*/*" => PageFormat.Text,
            _ => null,
        };
    }
}
