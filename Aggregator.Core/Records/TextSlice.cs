namespace Aggregator.Core.Records;

/// <summary>Where a text stands: in the record's value as it came, or in the decoder's scratch memory where it had to be unescaped.</summary>
internal readonly record struct TextSlice(int Start, int Length, bool Unescaped);
