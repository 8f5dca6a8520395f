namespace Aggregator.Host.Settings;

/// <summary>Finds the name that somebody probably meant.</summary>
public static class NameSuggestion
{
    /// <summary><c>unknown; did you mean Window?</c>, or without a near name <c>unknown; known are …</c>.</summary>
    public static string Unknown(string written, IReadOnlyCollection<string> known)
    {
        string? nearest = Nearest(written, known);
        return nearest is null ? $"unknown; known are {string.Join(", ", known)}" : $"unknown; did you mean {nearest}?";
    }

    /// <summary>The nearest of the known names; null where none is near: a third of the letters may differ, at least two.</summary>
    public static string? Nearest(string written, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(written);
        int allowed = Math.Max(2, written.Length / 3);
        return known
            .Select(name => (Name: name, Distance: Distance(Fold(written), Fold(name))))
            .Where(candidate => candidate.Distance <= allowed && candidate.Distance < candidate.Name.Length)
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    private static string Fold(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    // Optimal string alignment: insertions, deletions, substitutions, and two neighbours swapped (Winodw) count 1 each.
    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            cost[i, 0] = i;
        }
        for (int j = 0; j <= b.Length; j++)
        {
            cost[0, j] = j;
        }
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                cost[i, j] = Math.Min(Math.Min(cost[i - 1, j] + 1, cost[i, j - 1] + 1), cost[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }
        return cost[a.Length, b.Length];
    }
}
