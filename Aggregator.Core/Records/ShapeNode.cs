using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Aggregator.Core.Records;

/// <summary>
/// A step on the way through a record of known shape: bytes that must stand there, and what follows them. Steps that begin at the same place in different shapes are
/// siblings; the step after one is its child.
/// </summary>
internal struct ShapeNode
{
    /// <summary>Stands for no node.</summary>
    public const int None = -1;

    /// <summary>The most bytes that one node has; longer ones are divided.</summary>
    public const int MaxBytes = 32;

    private readonly Vector256<byte> _bytes;
    private readonly uint _ignored;

    /// <param name="bytes">What must stand there, <see cref="MaxBytes"/> at most.</param>
    /// <param name="follows">What follows.</param>
    /// <param name="slot">The slot of the field that follows.</param>
    /// <param name="length">How many bytes before the end of <paramref name="bytes"/> a constant value has.</param>
    public ShapeNode(ReadOnlySpan<byte> bytes, ShapeStep follows, int slot, int length)
    {
        Span<byte> padded = stackalloc byte[MaxBytes];
        padded.Clear();
        bytes.CopyTo(padded);
        _bytes = Vector256.Create<byte>(padded);
        _ignored = bytes.Length == MaxBytes ? 0 : uint.MaxValue << bytes.Length;
        Length = bytes.Length;
        Follows = follows;
        Slot = slot;
        ConstantLength = length;
        Child = None;
        Sibling = None;
    }

    /// <summary>How many bytes must stand there.</summary>
    public int Length { get; }

    public ShapeStep Follows { get; }

    /// <summary>Where the value that follows goes.</summary>
    public int Slot { get; }

    public int ConstantLength { get; }

    public int Child { get; set; }

    public int Sibling { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Matches(ref byte at) =>
        (Vector256.Equals(Vector256.LoadUnsafe(ref at), _bytes).ExtractMostSignificantBits() | _ignored) == uint.MaxValue;

    public readonly bool IsLike(in ShapeNode other) =>
        _bytes == other._bytes && Length == other.Length && Follows == other.Follows && Slot == other.Slot && ConstantLength == other.ConstantLength;
}
