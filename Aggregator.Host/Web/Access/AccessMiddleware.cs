using System.Threading.RateLimiting;

namespace Aggregator.Host.Web.Access;

/// <summary>Stands before everything else: headers of every answer, then the limit of requests, then the password.</summary>
public sealed class AccessMiddleware : IDisposable
{
    /// <summary>
    /// The page needs scripts, styles and data of its own and nothing else; nothing may frame it, and no form leaves it.
    /// </summary>
    public const string ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly WebAccess _access;
    private readonly BasicAuthentication _authentication = new();
    private readonly Lock _lock = new();
    private RateLimit? _limit;
    private TokenBucketRateLimiter? _limiter;

    public AccessMiddleware(WebAccess access) => _access = access;

    public void Dispose()
    {
        _authentication.Dispose();
        _limiter?.Dispose();
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        WebConfig config = _access.Current;
        SetHeaders(context.Response.Headers, config);
        if (Limiter(config.RateLimit) is { } limiter)
        {
            using RateLimitLease lease = limiter.AttemptAcquire();
            if (!lease.IsAcquired)
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                return;
            }
        }
        if (config.Users.Count > 0)
        {
            bool? isRight = await _authentication.IsRightAsync(config.Users, context.Request.Headers.Authorization, context.RequestAborted);
            if (isRight != true)
            {
                Refuse(context.Response, isRight);
                return;
            }
        }
        await next(context);
    }

    private static void SetHeaders(IHeaderDictionary headers, WebConfig config)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "deny";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        foreach ((string name, string value) in config.Headers)
        {
            headers[name] = value;
        }
    }

    private static void Refuse(HttpResponse response, bool? isRight)
    {
        if (isRight is null)
        {
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            response.Headers.RetryAfter = "1";
            return;
        }
        response.StatusCode = StatusCodes.Status401Unauthorized;
        response.Headers.WWWAuthenticate = "Basic realm=\"Aggregator\", charset=\"UTF-8\"";
    }

    /// <summary>The bucket of the limit in force; a new one when that changes.</summary>
    private TokenBucketRateLimiter? Limiter(RateLimit? limit)
    {
        lock (_lock)
        {
            if (limit != _limit)
            {
                _limiter?.Dispose();
                _limit = limit;
                _limiter = limit is null ? null : new(new()
                {
                    TokenLimit = limit.Burst,
                    TokensPerPeriod = 1,
                    ReplenishmentPeriod = limit.Interval,
                    QueueLimit = 0,
                });
            }
            return _limiter;
        }
    }
}
