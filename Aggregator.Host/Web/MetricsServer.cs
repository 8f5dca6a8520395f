using Aggregator.Host.Web.Access;
using Aggregator.Host.Web.Api;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Aggregator.Host.Web;

/// <summary>
/// The web server beside the pipeline. It reads no settings of its own, leaves signals to its caller, and logs from warnings up.
/// Disposing it lets requests under way finish, for at most 2 s.
/// </summary>
public sealed class MetricsServer : IAsyncDisposable
{
    /// <summary>Connections at a time that have their answer; see <see cref="ConnectionLimit"/>.</summary>
    public const int MaxConnections = 128;

    /// <summary>Connections at a time that have no answer yet.</summary>
    public const int MaxWaitingConnections = 8 * MaxConnections;

    private readonly WebApplication _application;

    private MetricsServer(WebApplication application, IReadOnlyList<Uri> addresses)
    {
        _application = application;
        Addresses = addresses;
    }

    /// <summary>Where it listens, with the port that it got if it asked for any.</summary>
    public IReadOnlyList<Uri> Addresses { get; }

    /// <summary>Starts to listen; returns when it does.</summary>
    /// <exception cref="ListenException">The address is taken, forbidden, or not one of this machine.</exception>
    /// <exception cref="CommandFailedException">The web configuration cannot be used.</exception>
    public static async Task<MetricsServer> StartAsync(WebServerOptions options, ServiceView view, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var access = WebAccess.Start(options.ConfigFile, loggers, view.Time);
        ConnectionLimit connections = new(MaxConnections, MaxWaitingConnections, view.Status.WebConnectionsClosed);
        WebApplication application = Build(options.Listen, access, connections, loggers);
        application.Use(connections.AnswerAsync);
        application.Use(application.Services.GetRequiredService<AccessMiddleware>().InvokeAsync);
        OperatorPage.Map(application);
        MetricsEndpoints.Map(application, view.Metrics, view.Status);
        ApiEndpoints.Map(application, view);
        Documents.Map(application);
        LifecycleEndpoints.Map(application, options, access);
        try
        {
            await application.StartAsync(cancellation);
        }
        catch (Exception failure)
        {
            await application.DisposeAsync();
            if (ReasonNotToListen(failure) is { } reason)
            {
                throw new ListenException($"cannot listen on {options.Listen}: {reason}", failure);
            }
            throw;
        }
        ICollection<string> addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new(application, [.. addresses.Select(address => new Uri(address))]);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
    }

    private static WebApplication Build(ListenAddress listenAddress, WebAccess access, ConnectionLimit connections, ILoggerFactory loggers)
    {
        // Empty: no appsettings.json, no ASPNETCORE_ variables, no loggers that we have not chosen. The files of the page lie beside the program,
        // whatever folder it is started in.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(MetricsServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        // A build, unlike a publication, leaves them where they are, and a list of them.
        StaticWebAssetsLoader.UseStaticWebAssets(builder.Environment, builder.Configuration);
        builder.Services.AddRouting();
        builder.Services.AddSingleton(_ => new AccessMiddleware(access));
        ApiEndpoints.AddServices(builder.Services);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Logging.AddProvider(new ForwardingLoggers(loggers));
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // What fails at the start reaches our caller as an exception; the host would log it too, with its stack.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options =>
        {
            Limit(options);
            if (listenAddress.Address is { } address)
            {
                options.Listen(address, listenAddress.Port, Configure);
            }
            else
            {
                options.ListenAnyIP(listenAddress.Port, Configure);
            }
        });
        return builder.Build();

        void Configure(ListenOptions listener)
        {
            connections.Apply(listener);
            Protect(listener, access);
        }
    }

    /// <summary>TLS with what is in force when a handshake begins.</summary>
    private static void Protect(ListenOptions listener, WebAccess access)
    {
        WebConfig config = access.Current;
        listener.Protocols = config is { Tls: not null, Http2: true } ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        if (config.Tls is not null)
        {
            listener.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(access.Handshake()) });
        }
    }

    /// <summary>A handful of scrapers and people read small requests' answers; anything else is kept short.</summary>
    private static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        // ConnectionLimit is what bites: it makes room for a scraper, this one would shut it out, and counts those as well that are being closed.
        options.Limits.MaxConcurrentConnections = 4 * MaxWaitingConnections;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxRequestLineSize = 4 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxRequestHeaderCount = 64;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        // Longer than the usual scrape interval of 1 min, so that a scraper keeps its connection.
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(3);
    }

    private static string? ReasonNotToListen(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AddressInUseException:
                    return "address already in use; stop the program that listens there, or choose another address with --web.listen-address";
                case System.Net.Sockets.SocketException socket:
                    return socket.Message;
                default:
                    continue;
            }
        }
        return null;
    }

    /// <summary>The caller ends the server; Ctrl-C and SIGTERM are the caller's.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Lends the caller's loggers to the server, which would dispose them if they were its own.</summary>
    private sealed class ForwardingLoggers(ILoggerFactory loggers) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => loggers.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
