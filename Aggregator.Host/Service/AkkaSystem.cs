using Akka.Actor;
using Akka.Hosting;

namespace Aggregator.Host.Service;

/// <summary>The actor system that the stream runs in, in a host of its own: signals and logs are the caller's.</summary>
internal sealed class AkkaSystem : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly IHost _host;

    private AkkaSystem(IHost host) => _host = host;

    public ActorSystem System => _host.Services.GetRequiredService<ActorSystem>();

    public static async Task<AkkaSystem> StartAsync(ILoggerFactory loggers, CancellationToken cancellation)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddAkka("aggregator", akka => akka
            .ConfigureLoggers(log =>
            {
                log.LogLevel = Akka.Event.LogLevel.WarningLevel;
                log.ClearLoggers();
                log.AddLoggerFactory(loggers);
            })
            // The stream's end is reported by its task; the default would log it twice, with a stack trace.
            .AddHocon("akka { stdout-loglevel = OFF, log-dead-letters = off, coordinated-shutdown.run-by-clr-shutdown-hook = off }", HoconAddMode.Prepend));
        IHost host = builder.Build();
        await host.StartAsync(cancellation);
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(StopTimeout);
        try
        {
            await _host.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // An actor system that does not end ends with the process.
        }
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }
    }

    /// <summary>Leaves Ctrl-C and SIGTERM to the command line, which knows the order in which things end.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
