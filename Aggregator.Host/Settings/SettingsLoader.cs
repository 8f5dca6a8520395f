using System.Collections;

namespace Aggregator.Host.Settings;

/// <summary>
/// Loads the settings: defaults, then the file, then the environment (<c>Aggregation__Window</c>), then <c>--set Section:Key=VALUE</c>; later
/// ones win. Pure but for reading the file. Names of sections and settings are taken in any case of their letters; names inside of <c>Fields</c> and
/// <c>Kafka:Properties</c> are data and stay as they are.
/// </summary>
public static class SettingsLoader
{
    private static readonly string[] Sections = [AggregationSection.Name, KafkaSection.Name, FieldsSection.Name, RemoteWriteSection.Name];

    /// <param name="configFile">A JSON file; null for none.</param>
    /// <param name="sets">Each <c>Section:Key=VALUE</c>; of a name given twice the last wins.</param>
    /// <param name="environment">All variables; only those of our sections are looked at.</param>
    /// <param name="checks">Further judges of settings that can be read; see <see cref="SettingsChecks"/>.</param>
    public static SettingsResult Load(
        string? configFile,
        IEnumerable<string> sets,
        IDictionary environment,
        IReadOnlyList<Func<AggregatorSettings, IEnumerable<SettingError>>>? checks = null)
    {
        ArgumentNullException.ThrowIfNull(sets);
        ArgumentNullException.ThrowIfNull(environment);
        List<SettingError> errors = [];
        List<RawSetting> raws = [];
        if (configFile is not null)
        {
            raws.AddRange(SettingsFile.Read(configFile, errors));
        }
        bool fileIsBroken = errors.Exists(error => error.Where is null);
        raws.AddRange(FromEnvironment(environment));
        raws.AddRange(FromCommandLine(sets, errors));
        if (fileIsBroken)
        {
            // What the other sources say cannot be judged without it.
            return new(null, errors, []);
        }
        RejectUnknownSections(raws, errors);

        SectionReader aggregation = Reader(AggregationSection.Name, raws);
        SectionReader kafka = Reader(KafkaSection.Name, raws);
        SectionReader fields = Reader(FieldsSection.Name, raws);
        SectionReader remoteWrite = Reader(RemoteWriteSection.Name, raws);
        var aggregationSettings = AggregationSection.Read(aggregation);
        AggregatorSettings settings = new(
            aggregationSettings, KafkaSection.Read(kafka), FieldsSection.Read(fields, aggregationSettings.Groups.SelectMany(set => set)))
        {
            RemoteWrite = RemoteWriteSection.Read(remoteWrite, aggregationSettings.Groups),
        };
        foreach (SectionReader reader in new[] { aggregation, kafka, fields, remoteWrite })
        {
            reader.Finish();
            errors.AddRange(reader.Errors);
        }
        List<SettingValue> values = [.. aggregation.Values, .. kafka.Values, .. fields.Values, .. remoteWrite.Values];
        foreach (SettingError error in (checks ?? []).SelectMany(check => check(settings)))
        {
            if (!errors.Exists(other => other.Name == error.Name))
            {
                SettingValue? value = values.Find(value =>
                    value.Name == error.Name && value.Source is (SettingSource.File or SettingSource.Environment));
                errors.Add(error with { Where = value?.Where });
            }
        }
        return new(errors.Count == 0 ? settings with { Values = values } : null, errors, values);
    }

    internal static bool IsFields(string section) => string.Equals(section, FieldsSection.Name, StringComparison.OrdinalIgnoreCase);

    private static SectionReader Reader(string section, List<RawSetting> raws) => new(
        section,
        [.. raws.Where(raw => string.Equals(raw.Section, section, StringComparison.OrdinalIgnoreCase))],
        IsFields(section) ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<RawSetting> FromEnvironment(IDictionary environment)
    {
        // sorted, so that of two spellings that differ in case the same one wins every time
        foreach (string variable in environment.Keys.Cast<string>().Order(StringComparer.Ordinal))
        {
            string[] parts = variable.Split("__", 2);
            if (parts.Length == 2 && Sections.Contains(parts[0], StringComparer.OrdinalIgnoreCase))
            {
                string name = parts[1].Replace("__", ":", StringComparison.Ordinal);
                yield return new(parts[0], name, null, (string?)environment[variable] ?? "", SettingSource.Environment, "environment");
            }
        }
    }

    private static List<RawSetting> FromCommandLine(IEnumerable<string> sets, List<SettingError> errors)
    {
        List<RawSetting> raws = [];
        foreach (string set in sets)
        {
            int equals = set.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? set : set[..equals];
            int colon = name.IndexOf(':', StringComparison.Ordinal);
            if (equals < 0 || colon <= 0 || colon == name.Length - 1)
            {
                // The value is not repeated: it may be a secret.
                errors.Add(new($"--set {name}", null, "must be Section:Key=VALUE, for example Aggregation:Window=00:00:10"));
                continue;
            }
            raws.Add(new(name[..colon], name[(colon + 1)..], null, set[(equals + 1)..], SettingSource.CommandLine, "--set"));
        }
        return raws;
    }

    private static void RejectUnknownSections(List<RawSetting> raws, List<SettingError> errors)
    {
        foreach (IGrouping<string, RawSetting> section in raws.GroupBy(raw => raw.Section, StringComparer.OrdinalIgnoreCase))
        {
            RawSetting first = section.First();
            string? where = first.Source == SettingSource.CommandLine ? null : first.Where;
            if (!Sections.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                string name = first.Name.Length == 0 ? first.Section : $"{first.Section}:{first.Name}";
                errors.Add(new(name, null, "section " + NameSuggestion.Unknown(first.Section, Sections), where));
            }
            else if (section.FirstOrDefault(raw => raw.Name.Length == 0 && raw.Text.Length > 0) is { } noObject)
            {
                errors.Add(new(noObject.Section, null, "must be an object of settings", noObject.Where));
            }
        }
    }
}
