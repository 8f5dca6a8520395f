namespace Aggregator.Host.Web;

/// <summary>The web server cannot listen where it should. The message is one line for the user, with what to do.</summary>
public sealed class ListenException(string message, Exception cause) : IOException(message, cause);
