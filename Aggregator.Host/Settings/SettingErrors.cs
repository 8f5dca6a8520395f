using System.Text;

namespace Aggregator.Host.Settings;

/// <summary>The message that names every setting that cannot be used, one a line, in columns.</summary>
public static class SettingErrors
{
    // A value wider than this does not push the column of problems to the right of every other line.
    private const int WidestColumn = 40;

    public static string Format(IReadOnlyList<SettingError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        int nameWidth = Width(errors.Select(error => error.Name));
        int valueWidth = Width(errors.Where(error => error.Value is not null).Select(error => error.Value!));
        StringBuilder text = new();
        text.Append(errors.Count).Append(errors.Count == 1 ? " setting cannot be used:" : " settings cannot be used:");
        foreach (SettingError error in errors)
        {
            text.Append("\n  ").Append(error.Name.PadRight(nameWidth)).Append("  ");
            if (error.Value is not null)
            {
                text.Append("= ").Append(error.Value.PadRight(valueWidth)).Append("   ");
            }
            text.Append(error.Problem.ReplaceLineEndings(" ").Trim());
            if (error.Where is not null)
            {
                text.Append(" (").Append(error.Where).Append(')');
            }
        }
        return text.ToString();
    }

    private static int Width(IEnumerable<string> texts) =>
        texts.Select(text => text.Length).Where(length => length <= WidestColumn).DefaultIfEmpty(0).Max();
}
