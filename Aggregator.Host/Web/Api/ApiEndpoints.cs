using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace Aggregator.Host.Web.Api;

/// <summary>The JSON beneath the page, for programs and curl too: <c>/api/…</c>, described by <c>/openapi/v1.json</c>.</summary>
public static class ApiEndpoints
{
    public static void AddServices(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options =>
        {
            // The names of the lines of SPEC section 7.
            options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi(options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Aggregator",
                Version = "1",
                Description = "What the service shows on its page. All of it is read only; times are milliseconds since 1970.",
            };
            // The address is whatever the reader used, a reverse proxy's for one.
            document.Servers = [];
            return Task.CompletedTask;
        }));
    }

    public static void Map(IEndpointRouteBuilder routes, ServiceView view)
    {
        WindowsQuery windows = new(view);
        RouteGroupBuilder api = routes.MapGroup("/api").WithTags("Aggregator").AddEndpointFilter(async (context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            return await next(context);
        });
        api.MapGet("/windows", Results<Ok<WindowsAnswer>, ProblemHttpResult> (
            [Description("A dimension set, its names with commas as in Aggregation:Groups: region, or region,platform; the total if left out.")] string? group,
            [Description("How many windows at most, the latest ones: 1 to 1440, 60 if left out.")] int? limit,
            [Description("How many groups at most, those with the most messages: 1 to 50, 10 if left out.")] int? top,
            [Description("The cursor of an earlier answer: only windows that came, or became final, since then.")] string? after) =>
            {
                (WindowsAnswer? answer, string? problem) = windows.Ask(group, limit, top, after);
                return answer is not null ? TypedResults.Ok(answer) : TypedResults.Problem(problem, statusCode: StatusCodes.Status400BadRequest);
            })
            // What is no number at all does not come as far as the handler.
            .AddEndpointFilter(async (context, next) => context.HttpContext.Response.StatusCode == StatusCodes.Status400BadRequest
                ? TypedResults.Problem("limit and top are whole numbers", statusCode: StatusCodes.Status400BadRequest)
                : await next(context))
            .WithName("windows").WithSummary("Results of the last windows")
            .WithDescription("From memory: empty after a start, then up to 1,440 windows. For longer, ask Prometheus.");
        api.MapGet("/partitions", () => TypedResults.Ok(PartitionsAnswer.Of(view.Status)))
            .WithName("partitions").WithSummary("Where the service stands in each partition of both topics");
        api.MapGet("/open-windows", () => TypedResults.Ok(OpenWindowsAnswer.Of(view)))
            .WithName("openWindows").WithSummary("Windows that are not final, and which partitions hold them open");
        api.MapGet("/status", () => TypedResults.Ok(StatusAnswer.Of(view)))
            .WithName("status").WithSummary("How the service does, what it counted, and why there is nothing to see when there is nothing");
        api.MapGet("/settings", () => TypedResults.Ok(SettingsAnswer.Of(view.Settings.Values)))
            .WithName("settings").WithSummary("The settings in force and where each comes from; secrets are masked");
        routes.MapOpenApi("/openapi/{documentName}.json");
    }
}
