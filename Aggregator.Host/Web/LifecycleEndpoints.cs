using Aggregator.Host.Web.Access;

namespace Aggregator.Host.Web;

/// <summary><c>/-/reload</c> and <c>/-/quit</c>, to POST and PUT; without <c>--web.enable-lifecycle</c> they refuse.</summary>
public static class LifecycleEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] Writing = [HttpMethods.Post, HttpMethods.Put];

    public static void Map(IEndpointRouteBuilder routes, WebServerOptions options, WebAccess access)
    {
        routes.MapMethods("/-/reload", Writing, context => Guarded(context, options, () => access.Reload() is { } problem
            ? PlainText.WriteAsync(context, StatusCodes.Status500InternalServerError, $"{options.ConfigFile}: {problem}\n")
            : PlainText.WriteAsync(context, StatusCodes.Status200OK, options.ConfigFile is null ? "There is nothing to reload.\n" : "Reloaded.\n")));
        routes.MapMethods("/-/quit", Writing, context => Guarded(context, options, () =>
        {
            // Elsewhere, and after the answer: the stop waits for requests under way, and this is one.
            context.Response.OnCompleted(() =>
            {
                _ = Task.Run(options.Quit);
                return Task.CompletedTask;
            });
            return PlainText.WriteAsync(context, StatusCodes.Status200OK, "Stopping.\n");
        }));
        foreach (string path in new[] { "/-/reload", "/-/quit" })
        {
            routes.MapMethods(path, Reading, context =>
            {
                context.Response.Headers.Allow = "POST, PUT";
                return PlainText.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "Only POST and PUT do something here.\n");
            });
        }
    }

    private static Task Guarded(HttpContext context, WebServerOptions options, Func<Task> action)
    {
        if (!options.EnableLifecycle)
        {
            return PlainText.WriteAsync(context, StatusCodes.Status403Forbidden, "Refused: the service was started without --web.enable-lifecycle.\n");
        }
        // A page of somebody else, open in an operator's browser, can send a POST here too. Browsers say where it comes from; curl sends no such header.
        return context.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none"
            ? action()
            : PlainText.WriteAsync(context, StatusCodes.Status403Forbidden, "Refused: the request comes from another site.\n");
    }
}
