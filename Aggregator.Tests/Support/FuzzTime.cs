using System.Globalization;
using Xunit;

namespace Aggregator.Tests.Support;

/// <summary>How long fuzz tests look: once, or for AGGREGATOR_TEST_SECONDS seconds.</summary>
internal static class FuzzTime
{
    /// <param name="round">Looks at some inputs, by the number of the round, and returns how many; throws at one that breaks the law.</param>
    public static void Repeat(Func<ulong, long> round)
    {
        TimeSpan atLeast = TimeSpan.FromSeconds(
            int.TryParse(Environment.GetEnvironmentVariable("AGGREGATOR_TEST_SECONDS"), CultureInfo.InvariantCulture, out int seconds) ? seconds : 0);
        long started = TimeProvider.System.GetTimestamp();
        long inputs = 0;
        ulong rounds = 0;
        do
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            inputs += round(rounds++);
        }
        while (TimeProvider.System.GetElapsedTime(started) < atLeast);
        TestContext.Current.TestOutputHelper?.WriteLine($"{inputs} inputs in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s");
    }
}
