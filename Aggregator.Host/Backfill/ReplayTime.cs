using System.Globalization;
using System.Text.RegularExpressions;

namespace Aggregator.Host.Backfill;

/// <summary>
/// A time on the command line: RFC 3339 with <c>Z</c> or an offset, <c>now</c> or <c>now-6h</c> (units s, m, h, d, several together), or milliseconds since the epoch, as
/// <c>window_start</c> has them. A time without an offset is refused: whose it is would be guesswork.
/// </summary>
public static partial class ReplayTime
{
    /// <summary>2000 to 2099, as for records (SPEC section 1).</summary>
    private const long FirstMs = 946_684_800_000;

    private const int DateLength = 10;

    private const long LastMs = 4_102_444_799_999;

    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmzzz"];

    /// <param name="text">What the user wrote.</param>
    /// <param name="now">What <c>now</c> means.</param>
    /// <param name="timeMs">The time, ms since the epoch.</param>
    /// <returns>What is wrong with it, and what would be right; null for nothing.</returns>
    public static string? Parse(string text, DateTimeOffset now, out long timeMs)
    {
        ArgumentNullException.ThrowIfNull(text);
        timeMs = 0;
        if (Relative().Match(text) is { Success: true } relative)
        {
            timeMs = now.ToUnixTimeMilliseconds() - relative.Groups["part"].Captures.Sum(part => Milliseconds(part.Value));
        }
        else if (Number().IsMatch(text))
        {
            timeMs = long.Parse(text, CultureInfo.InvariantCulture);
            if (timeMs is >= FirstMs / 1000 and <= LastMs / 1000)
            {
                return $"{text} looks like seconds; milliseconds since 1970 are wanted: {timeMs * 1000}";
            }
        }
        else if (Local().IsMatch(text))
        {
            return $"{text} has no offset, so it could be any place's time; for UTC write {(text.Length == DateLength ? text + "T00:00:00" : text.Replace(' ', 'T'))}Z, else an offset such as +02:00";
        }
        else if (DateTimeOffset.TryParseExact(
            ZuluTime().Replace(text, "+00:00").Replace(' ', 'T').Replace('t', 'T'), Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time))
        {
            timeMs = time.ToUnixTimeMilliseconds();
        }
        else
        {
            return $"{text} is no time; write 2026-01-31T14:00:00Z (or with an offset such as +02:00), now-6h, or milliseconds since 1970";
        }
        return timeMs is >= FirstMs and <= LastMs ? null : $"{text} is not between 2000 and 2099";
    }

    private static long Milliseconds(string part) => (long)(double.Parse(part[..^1], CultureInfo.InvariantCulture) * part[^1] switch
    {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        _ => 86_400_000,
    });

    [GeneratedRegex(@"^now(?:-(?<part>\d{1,6}[smhd])+)?$")]
    private static partial Regex Relative();

    [GeneratedRegex(@"^\d{1,15}$")]
    private static partial Regex Number();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$")]
    private static partial Regex Local();

    [GeneratedRegex("[Zz]$")]
    private static partial Regex ZuluTime();
}
