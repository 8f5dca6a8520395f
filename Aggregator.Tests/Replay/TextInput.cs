using System.Text;
using Aggregator.Core.Replay;

namespace Aggregator.Tests.Replay;

/// <summary>A file of envelopes in memory.</summary>
internal sealed class TextInput(string name, byte[] bytes) : IReplayInput
{
    public TextInput(string name, string text)
        : this(name, Encoding.UTF8.GetBytes(text))
    {
    }

    public string Name => name;

    public bool CanBeReadTwice { get; init; } = true;

    /// <summary>The most that one read gives: pipes give what they have.</summary>
    public int ReadAtMost { get; init; } = int.MaxValue;

    /// <summary>How many times it was opened.</summary>
    public int Opened { get; private set; }

    public Stream Open()
    {
        Opened++;
        return new Trickle(bytes, ReadAtMost);
    }

    private sealed class Trickle(byte[] bytes, int atMost) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, atMost));
    }
}
