using Aggregator.Core.EventTime;
using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>
/// When time passed over one partition, as far as a restart has to know: whatever is read again must be judged as it was the first time, or a published window would
/// change. One by which no fact was late made no difference, and is forgotten when the next comes. No I/O.
/// </summary>
internal sealed class IdlePassages
{
    /// <summary>
    /// How many are kept. Each stands for a partition that was idle, woke up and brought facts of windows that were final, within the time that a restart reads again.
    /// </summary>
    public const int Limit = 64;

    private readonly List<IdlePassage> _passages;
    private int _inForce = -1;
    private bool _isUsed;

    /// <param name="known">Those of an earlier run, in the order of their offsets.</param>
    /// <param name="startOffset">Where reading starts.</param>
    public IdlePassages(IReadOnlyList<IdlePassage> known, long startOffset)
    {
        _passages = [.. known];
        Enter(startOffset);
    }

    /// <summary>The time that the records read now are judged against; <see cref="PartitionWatermark.None"/> for none.</summary>
    public long TimeMs { get; private set; } = PartitionWatermark.None;

    /// <summary>The offset from which the next one holds.</summary>
    public long NextOffset { get; private set; } = long.MaxValue;

    /// <summary>A fact was late by the one in force.</summary>
    public void Used() => _isUsed = true;

    /// <summary>A record at that offset is read, or reading has come there without one.</summary>
    public void Enter(long offset)
    {
        while (_inForce + 1 < _passages.Count && _passages[_inForce + 1].Offset <= offset)
        {
            Next();
        }
        NextOffset = _inForce + 1 < _passages.Count ? _passages[_inForce + 1].Offset : long.MaxValue;
    }

    /// <summary>Time passes over the partition, which was read up to an offset.</summary>
    /// <returns>False where the limit made it forget an earlier one.</returns>
    public bool Add(long nextOffset, long timeMs)
    {
        Enter(nextOffset);
        if (timeMs <= TimeMs)
        {
            return true;
        }
        if (_inForce >= 0 && _passages[_inForce].Offset == nextOffset)
        {
            _passages[_inForce] = new(nextOffset, timeMs);
            TimeMs = timeMs;
            return true;
        }
        _passages.Insert(_inForce + 1, new(nextOffset, timeMs));
        Next();
        if (_passages.Count <= Limit)
        {
            return true;
        }
        _passages.RemoveAt(0);
        _inForce--;
        return false;
    }

    /// <summary>What one who starts at a position has to know; the rest is forgotten, for no position before it is asked for again.</summary>
    public IReadOnlyList<IdlePassage> From(LogPosition start)
    {
        int first = _passages.FindLastIndex(passage => passage.Offset <= start.Offset);
        if (first >= 0 && _passages[first].TimeMs <= start.WatermarkMs)
        {
            first++;
        }
        if (first > 0)
        {
            _passages.RemoveRange(0, first);
            _inForce -= first;
        }
        return [.. _passages];
    }

    private void Next()
    {
        if (_inForce >= 0 && !_isUsed)
        {
            _passages.RemoveAt(_inForce);
        }
        else
        {
            _inForce++;
        }
        _isUsed = false;
        TimeMs = _passages[_inForce].TimeMs;
    }
}
