namespace Aggregator.Core.Records;

/// <summary>
/// One accepted record, as numbers: ids and dimension values are hashes of their UTF-8 text (<see cref="TextHash"/>, unseeded, so that results do not
/// differ between runs). Reused; the texts behind it are valid as long as the decoder says.
/// </summary>
/// <param name="dimensions">How many dimensions are configured.</param>
/// <param name="sets">How many sets of dimensions.</param>
public sealed class DecodedRecord(int dimensions, int sets = 0)
{
    private readonly ulong[] _groupHashes = new ulong[sets];
    private readonly ulong[] _dimensionHashes = new ulong[dimensions];
    private readonly TextSlice[] _dimensionTexts = new TextSlice[dimensions];

    public RecordTopic Topic { get; internal set; }

    /// <summary>The hash of <c>msg_id</c>.</summary>
    public ulong MessageId { get; internal set; }

    /// <summary>The hash of <c>from</c>; only where <see cref="HasSender"/>.</summary>
    public ulong Sender { get; internal set; }

    public bool HasSender { get; internal set; }

    /// <summary>The hash of <c>to</c> of a latency record, of <c>uid</c> of an ack; only where <see cref="HasRecipient"/>.</summary>
    public ulong Recipient { get; internal set; }

    public bool HasRecipient { get; internal set; }

    /// <summary><c>send_ts</c> of a latency record, <c>ack_ts</c> of an ack; ms since the epoch.</summary>
    public long TimeMs { get; internal set; }

    /// <summary>Whether the message was received; then <see cref="ReceivedMs"/> and <see cref="SampleMs"/> hold.</summary>
    public bool IsReceived { get; internal set; }

    /// <summary><c>recv_ts</c>, given or computed.</summary>
    public long ReceivedMs { get; internal set; }

    /// <summary>The latency in whole ms, which may be out of the range of a sample.</summary>
    public long SampleMs { get; internal set; }

    /// <summary>The report time: what moves the partition's watermark.</summary>
    public long ReportMs => IsReceived ? ReceivedMs : TimeMs;

    /// <summary>Whether an ack has a code of success; always so for a latency record.</summary>
    public bool IsSuccess { get; internal set; }

    /// <summary>The hash of the error code; only where not <see cref="IsSuccess"/>.</summary>
    public ulong ErrorCode { get; internal set; }

    /// <summary>Hashes of the values of the configured dimensions, in their order.</summary>
    public ReadOnlySpan<ulong> DimensionHashes => _dimensionHashes;

    internal Span<ulong> DimensionHashesForWriting => _dimensionHashes;

    /// <summary>The number of its combination of dimension values, -1 for none; written by who knows the sets.</summary>
    public int Combination { get; set; } = -1;

    /// <summary>The hash of its group in each dimension set, where its combination has no number; written by who knows the sets.</summary>
    public Span<ulong> GroupHashes => _groupHashes;

    internal Span<TextSlice> DimensionTexts => _dimensionTexts;

    internal TextSlice ErrorCodeText { get; set; }
}
