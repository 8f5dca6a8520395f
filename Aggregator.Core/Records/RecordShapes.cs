using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Aggregator.Core.Tuning;

namespace Aggregator.Core.Records;

/// <summary>
/// The shapes in which the producers of one topic write their records: the bytes between the values are always the same. Where they are known, the fields of a record are
/// found by comparing and skipping, without parsing; at the first difference the record is left to the general reader. What is accepted here is valid JSON in valid UTF-8
/// with fields of allowed types: the bytes between were when they were learned, and each value is judged.
/// <para>
/// Shapes are kept as a tree, so that those with optional fields share their beginnings and a record is walked through once, however many shapes there are. Learns
/// new ones as they come, but not without end.
/// </para>
/// </summary>
// HOT: once per record. Benchmark: DecodeBenchmark.
internal sealed class RecordShapes(RecordSchema schema)
{
    /// <summary>How large the tree gets: a shape has some ten nodes, and shares most of them with the others. A full one is begun anew, as a graph.</summary>
    public const int MaxNodes = 512;

    /// <summary>How large the graph gets: a node for each two fields that follow each other. A full one is begun anew.</summary>
    public const int MaxGraphNodes = 2_048;

    /// <summary>How many shapes that cannot be learned are looked at before it is done seldom only.</summary>
    private const int MaxUnlearnable = 16;

    /// <summary>From then on, or once the tree was full, every so many records of unknown shape: they take a second parse.</summary>
    private const int LearnEvery = 256;

    private readonly List<ShapeNode> _parts = [];
    private readonly ulong[] _marks = new ulong[ValueScan.MarkWords];
    private ShapeNode[] _nodes = [];
    private int _count;
    private int _first = ShapeNode.None;
    private int _unknown;
    private int _unlearnable;
    private bool _isGraph;
    private bool _wasFull;

    /// <summary>Finds the fields of a record of a known shape.</summary>
    /// <param name="first">The first byte of the record; <see cref="RecordBatch.Padding"/> bytes behind it can be read.</param>
    /// <param name="length">Its length.</param>
    /// <param name="fields">Takes the fields, by slot, and one more beyond for those that nobody wants; undefined where the shape is unknown.</param>
    public bool TryRead(ref byte first, int length, Span<FieldValue> fields)
    {
        fields.Clear();
        ref ShapeNode nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        ref FieldValue slots = ref MemoryMarshal.GetReference(fields);
        ref ulong marks = ref MemoryMarshal.GetArrayDataReference(_marks);
        ValueScan.Mark(ref first, length, ref marks);
        int at = 0;
        for (int index = _first; index >= 0;)
        {
            ref ShapeNode node = ref Unsafe.Add(ref nodes, index);
            int start = at + node.Length;
            ulong scanned = ValueScan.None;
            int valueLength = 0;
            if (node.Matches(ref Unsafe.Add(ref first, at)) && start <= length)
            {
                switch (node.Follows)
                {
                    case ShapeStep.String:
                        scanned = ValueScan.String(ref first, length, start, ref marks, out valueLength);
                        break;
                    case ShapeStep.Timestamp:
                        scanned = ValueScan.Timestamp(ref first, length, start, out valueLength);
                        break;
                    case ShapeStep.Number:
                        scanned = ValueScan.Number(ref first, length, start, out valueLength);
                        break;
                    case ShapeStep.End:
                        if (start == length)
                        {
                            return true;
                        }
                        break;
                    default:
                        scanned = ValueScan.WithLength(Rare(node, ref first, length, start, ref marks), out valueLength);
                        start -= node.ConstantLength;
                        break;
                }
            }
            if (scanned == ValueScan.None)
            {
                index = node.Sibling;
                continue;
            }
            Unsafe.Add(ref slots, node.Slot) = new(scanned, start);
            at = start + valueLength;
            if (at > length)
            {
                return false;
            }
            index = node.Child;
        }
        return false;
    }

    /// <summary>Takes note of a record that had no known shape and was accepted.</summary>
    public void Learn(ReadOnlySpan<byte> value)
    {
        if ((_wasFull || _unlearnable == MaxUnlearnable) && ++_unknown % LearnEvery != 0)
        {
            return;
        }
        if (!TryDivide(value))
        {
            _unlearnable = Math.Min(_unlearnable + 1, MaxUnlearnable);
            return;
        }
        _unlearnable = 0;
        if (_count + _parts.Count > (_isGraph ? MaxGraphNodes : MaxNodes))
        {
            _wasFull = _isGraph == Tricks.JoinsShapes;
            _isGraph = Tricks.JoinsShapes;
            _count = 0;
            _first = ShapeNode.None;
        }
        int parent = ShapeNode.None;
        foreach (ShapeNode part in _parts)
        {
            parent = FindOrAdd(parent, part);
        }
    }

    /// <summary>Finds the steps through a record that the general reader accepted: each part begins behind a value, or at the beginning, and ends before or with the next.</summary>
    /// <returns>False where it is not of the simple kind: names that are escaped, values of other types in known fields, even where others follow, more steps than there is room for.</returns>
    private bool TryDivide(ReadOnlySpan<byte> value)
    {
        _parts.Clear();
        int from = 0;
        Utf8JsonReader reader = new(value);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int slot = schema.SlotOf(reader.ValueSpan);
            if (reader.ValueIsEscaped || _parts.Count > MaxNodes / 4)
            {
                return false;
            }
            reader.Read();
            if (!CanBeLast(slot, reader.TokenType))
            {
                return false;
            }
            int start = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    AddPart(value[from..(start + 1)], ShapeStep.String, slot, 0);
                    break;
                case JsonTokenType.Number:
                    AddPart(value[from..start], NumberStep(slot), slot, 0);
                    break;
                case JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null when slot < 0:
                    AddPart(value[from..start], ShapeStep.Literal, slot, 0);
                    break;
                case JsonTokenType.Null:
                    AddPart(value[from..(start + reader.ValueSpan.Length)], ShapeStep.Null, slot, 0);
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    AddPart(value[from..(start + reader.ValueSpan.Length)], reader.TokenType == JsonTokenType.True ? ShapeStep.True : ShapeStep.False, slot, reader.ValueSpan.Length);
                    break;
                default:
                    if (!Tricks.SkipsComposites)
                    {
                        return false;
                    }
                    AddPart(value[from..start], ShapeStep.Composite, slot, 0);
                    reader.Skip();
                    break;
            }
            from = (int)reader.BytesConsumed - (reader.TokenType == JsonTokenType.String ? 1 : 0);
        }
        AddPart(value[from..], ShapeStep.End, -1, 0);
        return true;
    }

    /// <summary>
    /// Whether a value of a field may be the last one of it in a record that is accepted. Of a field that comes again the record says so of its last value only, but in a graph there may be a way that ends with
    /// an earlier one.
    /// </summary>
    private static bool CanBeLast(int slot, JsonTokenType type) => type switch
    {
        JsonTokenType.String => slot is not (RecordSchema.Time or RecordSchema.RecvTs or RecordSchema.Latency),
        JsonTokenType.True or JsonTokenType.False => slot is < 0 or >= RecordSchema.FirstDimension,
        JsonTokenType.StartObject or JsonTokenType.StartArray => slot < 0,
        _ => true,
    };

    private static ShapeStep NumberStep(int slot) => slot switch
    {
        RecordSchema.Time or RecordSchema.RecvTs => ShapeStep.Timestamp,
        < 0 or RecordSchema.Latency => ShapeStep.Number,
        _ => ShapeStep.Integer,
    };

    private void AddPart(ReadOnlySpan<byte> bytes, ShapeStep follows, int slot, int constantLength)
    {
        // A constant value stays in one piece.
        int last = Math.Max(constantLength, 1);
        for (; bytes.Length > ShapeNode.MaxBytes; bytes = bytes[Math.Min(ShapeNode.MaxBytes, bytes.Length - last)..])
        {
            _parts.Add(new(bytes[..Math.Min(ShapeNode.MaxBytes, bytes.Length - last)], ShapeStep.Bytes, schema.SlotCount, 0));
        }
        _parts.Add(new(bytes, follows, slot < 0 ? schema.SlotCount : slot, constantLength));
    }

    private int FindOrAdd(int parent, in ShapeNode part)
    {
        int last = ShapeNode.None;
        for (int i = parent < 0 ? _first : _nodes[parent].Child; i >= 0; i = _nodes[i].Sibling)
        {
            if (_nodes[i].IsLike(part))
            {
                return i;
            }
            last = i;
        }
        if (_count == _nodes.Length)
        {
            Array.Resize(ref _nodes, Math.Max(32, 2 * _count));
        }
        _nodes[_count] = part;
        if (SharesChildren(part))
        {
            _nodes[_count].Child = ChildOfLike(part);
        }
        if (last >= 0)
        {
            _nodes[last].Sibling = _count;
        }
        else if (parent >= 0)
        {
            AddFirstChild(parent, _count);
        }
        else
        {
            _first = _count;
        }
        return _count++;
    }

    /// <summary>
    /// Whether what follows a part is the same wherever it stands: in a graph, behind a value. What comes next there does not depend on what was before it, for every part begins behind a value; so whatever
    /// way is found is that of a valid record. In pieces of a part it does depend.
    /// </summary>
    private bool SharesChildren(in ShapeNode part) => _isGraph && part.Follows != ShapeStep.Bytes;

    private int ChildOfLike(in ShapeNode part)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_nodes[i].IsLike(part))
            {
                return _nodes[i].Child;
            }
        }
        return ShapeNode.None;
    }

    private void AddFirstChild(int parent, int child)
    {
        ShapeNode part = _nodes[parent];
        if (!SharesChildren(part))
        {
            _nodes[parent].Child = child;
            return;
        }
        for (int i = 0; i < _count; i++)
        {
            if (_nodes[i].IsLike(part))
            {
                _nodes[i].Child = child;
            }
        }
    }

    private static ulong Rare(in ShapeNode node, ref byte first, int length, int start, ref ulong marks)
    {
        switch (node.Follows)
        {
            case ShapeStep.Integer:
                ulong scanned = ValueScan.Number(ref first, length, start, out _);
                return new FieldValue(scanned, 0).Type == FieldValue.Kind.Integer ? scanned : ValueScan.None;
            case ShapeStep.True:
                return FieldValue.Scanned(FieldValue.Kind.True, node.ConstantLength);
            case ShapeStep.False:
                return FieldValue.Scanned(FieldValue.Kind.False, node.ConstantLength);
            case ShapeStep.Literal:
                return CompositeScan.Literal(ref first, start);
            case ShapeStep.Composite:
                return CompositeScan.Scan(ref first, length, start, ref marks);
            default:
                return 0;
        }
    }
}
