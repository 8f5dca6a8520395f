namespace Aggregator.Core.Records;

/// <summary>The shapes of the records of one topic, those used last in front. Learns new ones as they come, but not without end: producers have few.</summary>
internal sealed class FieldTemplates(RecordSchema schema)
{
    /// <summary>Shapes kept; a producer with four optional fields has sixteen.</summary>
    public const int MaxTemplates = 16;

    /// <summary>How many records of unknown shape pass before the next one is looked at, once so many have been learned, or could not be: they take a second parse.</summary>
    private const int LearnEvery = 256;

    private readonly List<FieldTemplate> _templates = new(MaxTemplates);
    private int _unknown;
    private int _unlearnable;

    /// <summary>Finds the fields of a record of a known shape.</summary>
    /// <param name="value">The value of the record.</param>
    /// <param name="fields">Takes the fields; cleared here.</param>
    public bool TryRead(ReadOnlySpan<byte> value, Span<FieldValue> fields)
    {
        for (int i = 0; i < _templates.Count; i++)
        {
            fields.Clear();
            FieldTemplate template = _templates[i];
            if (template.TryRead(value, fields))
            {
                if (i > 0)
                {
                    // One step to the front each time: the frequent ones gather there, and a rare one does not push them back.
                    (_templates[i - 1], _templates[i]) = (template, _templates[i - 1]);
                }
                return true;
            }
        }
        return false;
    }

    /// <summary>Takes note of a record that had no known shape and was accepted.</summary>
    public void Learn(ReadOnlySpan<byte> value)
    {
        if ((_templates.Count == MaxTemplates || _unlearnable == MaxTemplates) && ++_unknown % LearnEvery != 0)
        {
            return;
        }
        if (FieldTemplate.Learn(value, schema) is not { } template)
        {
            _unlearnable = Math.Min(_unlearnable + 1, MaxTemplates);
            return;
        }
        if (_templates.Count == MaxTemplates)
        {
            _templates.RemoveAt(MaxTemplates - 1);
        }
        _unlearnable = 0;
        _templates.Add(template);
    }
}
