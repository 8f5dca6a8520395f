namespace Aggregator.Core.Tuning;

/// <summary>
/// The tricks of the data path that can be left out, so that it can be measured what each brings (<c>tricks</c> of Aggregator.Benchmarks) and tested that results are the same without.
/// Each is there unless the <see cref="AppContext"/> switch <see cref="Prefix"/> with its name is set before the first use: not a setting, and nothing that a service ever does. The compiler
/// takes them for constants, so they cost nothing in hot code.
/// </summary>
internal static class Tricks
{
    /// <summary>What the names of the switches begin with.</summary>
    public const string Prefix = "Aggregator.Without.";

    /// <summary>The ends of all strings of a record are marked at once, instead of looked for string by string.</summary>
    public static readonly bool MarksEnds = Has(nameof(MarksEnds));

    /// <summary>Objects and arrays that nobody wants are skipped where a shape has them, instead of leaving the record to the general reader.</summary>
    public static readonly bool SkipsComposites = Has(nameof(SkipsComposites));

    /// <summary>More shapes than a tree has room for become a graph, instead of a new tree.</summary>
    public static readonly bool JoinsShapes = Has(nameof(JoinsShapes));

    /// <summary>Eight digits of a number are read at once, instead of one after the other.</summary>
    public static readonly bool ReadsDigitsAtOnce = Has(nameof(ReadsDigitsAtOnce));

    /// <summary>Some records are decoded before they are folded, and the memory that they will touch is fetched meanwhile.</summary>
    public static readonly bool LooksAhead = Has(nameof(LooksAhead));

    /// <summary>A table of ids is as large as the last window needed, instead of growing.</summary>
    public static readonly bool SizesTables = Has(nameof(SizesTables));

    /// <summary>Arrays of tables of final windows are used again.</summary>
    public static readonly bool KeepsArrays = Has(nameof(KeepsArrays));

    /// <summary>Groups of final windows are used again, with their names and tables of users.</summary>
    public static readonly bool KeepsGroups = Has(nameof(KeepsGroups));

    /// <summary>Open windows are found by the last bits of their number before a dictionary is asked.</summary>
    public static readonly bool FindsWindowsByBits = Has(nameof(FindsWindowsByBits));

    /// <summary>A partition notes that a window needs a record where the window is another one than that of the record before.</summary>
    public static readonly bool NotesNeedsOnce = Has(nameof(NotesNeedsOnce));

    /// <summary>An acknowledgement of a message that was sent in its own window only is looked for in no other.</summary>
    public static readonly bool KnowsOwnAcks = Has(nameof(KnowsOwnAcks));

    /// <summary>With time-outs of many windows, in which ones an id is, is noted instead of looked up in each.</summary>
    public static readonly bool NotesWindows = Has(nameof(NotesWindows));

    /// <summary>Linux is asked for huge pages beneath large tables.</summary>
    public static readonly bool AsksForHugePages = Has(nameof(AsksForHugePages));

    private static bool Has(string trick) => !(AppContext.TryGetSwitch(Prefix + trick, out bool isWithout) && isWithout);
}
