using System.Globalization;
using System.Text;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>
/// Holds a property against many random streams. One that breaks it is made as small as it can be by leaving records out, and shown with its seed.
/// AGGREGATOR_TEST_SEED gives the first seed (of a failure, for one); AGGREGATOR_TEST_SECONDS makes each property look for so long.
/// </summary>
internal static class StreamProperty
{
    public delegate string? Law(AggregationSettings settings, IReadOnlyList<EnvelopeRecord> records, Random random);

    public static void Holds(int streams, Law law) => Holds(streams, Create, law);

    /// <param name="streams">How many streams are looked at.</param>
    /// <param name="create">Makes a stream of a seed.</param>
    /// <param name="law">Says how a stream breaks it; null where it does not.</param>
    public static void Holds(int streams, Func<int, (AggregationSettings Settings, IReadOnlyList<EnvelopeRecord> Records)> create, Law law)
    {
        int first = Number("AGGREGATOR_TEST_SEED") ?? Random.Shared.Next(1_000_000_000);
        TimeSpan? atLeast = Number("AGGREGATOR_TEST_SECONDS") is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        long started = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < streams || TimeProvider.System.GetElapsedTime(started) < atLeast; i++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            int seed = first + i;
            (AggregationSettings settings, IReadOnlyList<EnvelopeRecord> all) = create(seed);
            if (Break(law, settings, all, seed) is not null)
            {
                IReadOnlyList<EnvelopeRecord> least = Least(all, records => Break(law, settings, records, seed) is not null);
                Assert.Fail(Describe(seed, settings, least, Break(law, settings, least, seed)!));
            }
        }
    }

    private static (AggregationSettings Settings, IReadOnlyList<EnvelopeRecord> Records) Create(int seed)
    {
        RandomStream stream = RandomStream.Create(seed);
        return (stream.Settings, stream.Records);
    }

    private static string? Break(Law law, AggregationSettings settings, IReadOnlyList<EnvelopeRecord> records, int seed)
    {
        try
        {
            return law(settings, records, new(seed));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return e.ToString();
        }
    }

    /// <summary>Leaves out halves, quarters, … single records, as long as the rest still breaks the law.</summary>
    private static IReadOnlyList<EnvelopeRecord> Least(IReadOnlyList<EnvelopeRecord> records, Func<IReadOnlyList<EnvelopeRecord>, bool> isBroken)
    {
        for (int size = records.Count / 2; size > 0;)
        {
            bool isSmaller = false;
            for (int i = 0; i + size <= records.Count;)
            {
                IReadOnlyList<EnvelopeRecord> rest = [.. records.Take(i), .. records.Skip(i + size)];
                if (isBroken(rest))
                {
                    records = rest;
                    isSmaller = true;
                }
                else
                {
                    i++;
                }
            }
            size = isSmaller ? Math.Min(size, records.Count / 2) : size / 2;
        }
        return records;
    }

    private static string Describe(int seed, AggregationSettings settings, IReadOnlyList<EnvelopeRecord> records, string difference)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"AGGREGATOR_TEST_SEED={seed}: Window {settings.Window}, Lateness {settings.Lateness}, AckTimeout {settings.AckTimeout},");
        text.AppendLine(CultureInfo.InvariantCulture, $"MaxFutureSkew {settings.MaxFutureSkew}, {settings.Identity}, Groups {string.Join(" ", settings.Groups.Select(set => string.Join('+', set)))}");
        foreach (EnvelopeRecord record in records)
        {
            string value = record.Value is null ? "null" : Encoding.UTF8.GetString(record.Value);
            text.AppendLine(CultureInfo.InvariantCulture, $"  {record.Partition}@{record.Offset} ts {record.TimestampMs}: {value}");
        }
        return text.Append(difference).ToString();
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
