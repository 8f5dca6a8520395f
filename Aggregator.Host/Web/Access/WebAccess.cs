using System.Net.Security;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Web.Access;

/// <summary>
/// The web configuration in force. It looks at its files when a handshake or a request comes, once a second at most, and reads them again when one has
/// changed: certificates and passwords are rotated without anyone telling. A file that cannot be used any more leaves the last good one in force, and says so.
/// </summary>
public sealed class WebAccess
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly string? _path;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private volatile WebConfig _current;
    private (DateTime Written, long Length)[] _stamps = [];
    private long _looked;

    private WebAccess(string? path, WebConfig config, ILogger logger, TimeProvider time)
    {
        _path = path;
        _current = config;
        _logger = logger;
        _time = time;
        _looked = time.GetTimestamp();
        _stamps = Stamps(config.Files);
    }

    /// <summary>As of now.</summary>
    public WebConfig Current
    {
        get
        {
            LookAtFiles();
            return _current;
        }
    }

    /// <summary>Reads the file for the first time.</summary>
    /// <param name="path">The file; null for none.</param>
    /// <param name="loggers">Makes the logger that is told of what changes.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="CommandFailedException">It cannot be used: every error is named, exit code 2.</exception>
    public static WebAccess Start(string? path, ILoggerFactory loggers, TimeProvider time)
    {
        ILogger logger = loggers.CreateLogger<WebAccess>();
        if (path is null)
        {
            return new(null, WebConfig.Open, logger, time);
        }
        (WebConfig? config, IReadOnlyList<SettingError> errors) = WebConfigFile.Read(path);
        return config is not null
            ? new(path, config, logger, time)
            : throw new CommandFailedException(SettingErrors.Format(errors), ExitCode.Usage);
    }

    /// <summary>The options of a handshake that begins now.</summary>
    public SslServerAuthenticationOptions Handshake() => Current.Tls!.Handshake();

    /// <summary>Reads the file again at once.</summary>
    /// <returns>What is wrong with it; null where it is in force now.</returns>
    public string? Reload()
    {
        lock (_lock)
        {
            return ReadAgain();
        }
    }

    private void LookAtFiles()
    {
        if (_path is null || _time.GetElapsedTime(Interlocked.Read(ref _looked)) < Look)
        {
            return;
        }
        lock (_lock)
        {
            if (_time.GetElapsedTime(_looked) < Look)
            {
                return;
            }
            Interlocked.Exchange(ref _looked, _time.GetTimestamp());
            if (!Stamps(_current.Files).SequenceEqual(_stamps))
            {
                ReadAgain();
            }
        }
    }

    private string? ReadAgain()
    {
        if (_path is null)
        {
            return null;
        }
        // Taken before reading: what changes while we read is noticed the next time. A bad file is judged once, until it changes again.
        (DateTime, long)[] stamps = Stamps(_current.Files);
        (WebConfig? config, IReadOnlyList<SettingError> errors) = WebConfigFile.Read(_path);
        string? problem = config is null ? SettingErrors.Format(errors)
            : (config.Tls is null) != (_current.Tls is null) ? "TLS cannot be turned on or off while the service runs; restart it"
            : config.Http2 != _current.Http2 ? "http_server_config.http2 cannot be changed while the service runs; restart it"
            : null;
        if (problem is not null)
        {
            _stamps = stamps;
            _logger.LogError("{File}: the last good version stays in force: {Problem}", _path, problem.ReplaceLineEndings(" "));
            return problem;
        }
        _stamps = config!.Files.SequenceEqual(_current.Files) ? stamps : Stamps(config.Files);
        _current = config;
        _logger.LogInformation("{File} was read again", _path);
        return null;
    }

    private static (DateTime, long)[] Stamps(IReadOnlyList<string> files) => [.. files.Select(Stamp)];

    /// <summary>Of what a link leads to: Kubernetes rotates secrets by turning a link elsewhere.</summary>
    private static (DateTime, long) Stamp(string file)
    {
        try
        {
            FileInfo info = new(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file);
            return info.Exists ? (info.LastWriteTimeUtc, info.Length) : (DateTime.MinValue, -1);
        }
        catch (IOException)
        {
            return (DateTime.MinValue, -1);
        }
    }
}
