namespace Aggregator.Host;

/// <summary>What the program tells the shell.</summary>
public static class ExitCode
{
    public const int Ok = 0;

    /// <summary>It was asked rightly and could not do it.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the settings cannot be used.</summary>
    public const int Usage = 2;
}
