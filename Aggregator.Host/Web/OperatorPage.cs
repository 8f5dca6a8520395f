namespace Aggregator.Host.Web;

/// <summary>
/// The page at <c>/</c>: static files from <c>wwwroot</c>, and the chart library out of its package. What it shows it fetches from <c>/api/…</c>.
/// </summary>
public static class OperatorPage
{
    public static void Map(WebApplication application)
    {
        application.Use((context, next) =>
        {
            if (context.Request.Path == "/")
            {
                context.Request.Path = "/index.html";
            }
            return next(context);
        });
        application.UseRouting();
        application.MapStaticAssets();
    }
}
