using System.Globalization;
using System.Text.RegularExpressions;

namespace Aggregator.Host.Settings;

/// <summary>Times in settings: <c>hh:mm:ss</c>, where needed with days before (<c>1.00:00:00</c>) or a fraction behind (<c>00:00:00.250</c>).</summary>
public static partial class SettingTime
{
    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        Match match = Form().Match(text);
        if (!match.Success || Group(match, "h") > 23 || Group(match, "m") > 59 || Group(match, "s") > 59)
        {
            return false;
        }
        string fraction = match.Groups["f"].Value.PadRight(7, '0');
        long ticks = new TimeSpan((int)Group(match, "d"), (int)Group(match, "h"), (int)Group(match, "m"), (int)Group(match, "s")).Ticks
            + long.Parse(fraction, CultureInfo.InvariantCulture);
        time = TimeSpan.FromTicks(match.Groups["sign"].Length > 0 ? -ticks : ticks);
        return true;
    }

    public static string Format(TimeSpan time)
    {
        string text = time.ToString("c", CultureInfo.InvariantCulture);
        return text.Contains(':', StringComparison.Ordinal) && text.LastIndexOf('.') > text.LastIndexOf(':') ? text.TrimEnd('0') : text;
    }

    /// <summary>What to write instead of <c>10</c>, <c>10s</c>, <c>5 min</c> or <c>PT10S</c>; null where nobody can tell.</summary>
    public static string? Hint(string text)
    {
        Match match = Amount().Match(text);
        if (!match.Success || !double.TryParse(match.Groups["n"].Value, CultureInfo.InvariantCulture, out double amount) || amount > 100_000)
        {
            return null;
        }
        (double seconds, string unit) = match.Groups["u"].Value.ToUpperInvariant() switch
        {
            "MS" => (0.001, "ms"),
            "M" or "MIN" => (60, "min"),
            "H" => (3600, "h"),
            "D" => (86400, "d"),
            _ => (1.0, "s"),
        };
        TimeSpan time = TimeSpan.FromMilliseconds(Math.Round(amount * seconds * 1000));
        return $"for {amount.ToString(CultureInfo.InvariantCulture)} {unit} write {Format(time)}";
    }

    private static long Group(Match match, string name) =>
        match.Groups[name].Length == 0 ? 0 : long.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<sign>-)?((?<d>[0-9]{1,6})\.)?(?<h>[0-9]{2}):(?<m>[0-9]{2}):(?<s>[0-9]{2})(\.(?<f>[0-9]{1,7}))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();

    [GeneratedRegex(@"^(PT)?(?<n>[0-9]+(\.[0-9]+)?) ?(?<u>ms|s|sec|m|min|h|d)?\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Amount();
}
